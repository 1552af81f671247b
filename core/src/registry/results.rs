//! `results = { name = "…", name_en = "…", layouts = ["returns"] }` of an outbound topic: what its partner answers comes in.
//!
//! The answers have a side of their own that is an inbound topic in everything but its number: a queue `in.NN_slug`, a watched
//! folder, a folder of layouts and SQL (`NN_slug/results/`), batches, holds and cancellation. What it is called, and what waits for
//! a person, is said here; the rest it has from its topic.

use super::choices::{CONFIRMS, Direction, HOLDS, Release, Timing};
use super::entry::Entry;
use super::topics::{Defaults, Topic};
use crate::walk::{Faults, Section};

/// Name of the folder in that of the topic.
pub(super) const FOLDER: &str = "results";

/// Reads the table: the inbound side of `of`.
pub(super) fn parse(mut section: Section<'_, '_>, of: &Topic, defaults: &Defaults, faults: &mut Faults<'_>) -> Entry {
    let topic = Topic {
        direction: Direction::In,
        name: section.required(faults, "name"),
        name_en: section.required(faults, "name_en"),
        from: of.to.clone(),
        to: of.from.clone(),
        timing: Timing::OnDemand,
        due: None,
        starts_on: None,
        hold: section.word(faults, "hold", HOLDS).unwrap_or(defaults.hold),
        confirm: section.word(faults, "confirm", CONFIRMS).unwrap_or(defaults.confirm),
        schedule: None,
        release: Release::Operator,
        once: false,
        remark: section.string(faults, "remark").unwrap_or_default(),
        folder: format!("{}/{FOLDER}", of.folder),
        ..of.clone()
    };
    let layouts = section.strings(faults, "layouts").unwrap_or_default();
    section.finish(faults);
    Entry { topic, layouts, profiles: Vec::new(), results: None }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Registry, Sources};

    const HEAD: &str = "version = 1\nexchange='r'\n[retry]\nladder_s=[10]\n[limits]\nchunk_records_max=10\nchunk_bytes_max=5000\nfile_bytes_max=1\nhttp_bytes_max=1\nfaults_max=1\nqueue_bytes_max=1\ndelivery_limit=5\ndelivery_limit_ordered=5\n[defaults]\nprefetch=8\nparallel=2\nhold='line'\nconfirm='automatic'\n";
    const LAYOUT: &str = "[layout]\nname='x'\nversion='1'\nformat='csv'\nencoding='utf-8'\n[[record]]\nkind='row'\nfields=[{id='a',name='A',type='text',len=3}]\n";

    fn entry(direction: &str, results: &str) -> String {
        let common =
            "number=7\nslug='07_x'\nname='n'\nname_en='n'\nfrom='a'\nto='b'\nmethod='manual'\ntiming='daily'\nstatus='active'";
        format!("{HEAD}[[topic]]\n{common}\ndirection='{direction}'\n{results}\n")
    }

    fn load(root: &Path, queues: &str, files: &[&str]) -> Result<Registry, Vec<String>> {
        std::fs::write(root.join("queues.toml"), queues).expect("written");
        for name in files {
            let path = root.join("integrations/07_x").join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, if name.ends_with(".toml") { LAYOUT } else { "x" }).expect("written");
        }
        let sources = Sources { queues: Some(root.join("queues.toml")), integrations: Some(root.join("integrations")) };
        Registry::load_from(&sources).map_err(|errors| errors.0)
    }

    #[test]
    fn answers_have_a_side_and_a_folder_of_their_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = ["README.md", "select.sql", "review.sql", "layout.toml"];
        let queues = entry("out", "results={name='r',name_en='r',hold='batch',layouts=['told']}");
        let faults = load(folder.path(), &queues, &ours).expect_err("nothing reads an answer");
        assert!(faults.iter().all(|fault| fault.starts_with("integrations/07_x/results")), "{faults:?}");

        let theirs = ["results/README.md", "results/check.sql", "results/post.sql", "results/layouts/told.toml"];
        let registry = load(folder.path(), &queues, &theirs).expect("sound");
        let (ours, theirs) = (registry.topic("7").expect("a topic"), registry.incoming("07_x").expect("its answers"));
        assert_eq!((ours.queue(), theirs.queue()), ("out.07_x".to_owned(), "in.07_x".to_owned()));
        assert_eq!((&theirs.from, &theirs.to, theirs.folder.as_str()), (&ours.to, &ours.from, "07_x/results"));
        assert_eq!(registry.topic("in.07_x").map(|topic| topic.folder.as_str()), Some("07_x/results"));
        assert_eq!(registry.active(super::Direction::In).count(), 1);
        let digest = |name: &str| registry.topic(name).and_then(|topic| topic.built().ok()).map(|built| built.digest.clone());
        let before = digest("out.07_x");
        assert_ne!(before, digest("in.07_x"));

        // A folder of answers that the entry does not name is a mistake, and only who sends is answered.
        let faults = load(folder.path(), &entry("out", ""), &[]).expect_err("not named");
        assert_eq!(faults.len(), 4, "{faults:?}");
        let faults = load(folder.path(), &queues.replace("direction='out'", "direction='in'"), &[]).expect_err("inbound");
        assert!(faults[0].contains("results is a setting of outbound topics"), "{faults:?}");
    }
}
