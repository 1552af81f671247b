//! The control file beside a file: the totals the receiver compares, in the form that inbound topics take them.

use renkei_core::registry::Topic;
use serde::Serialize;

use super::Exporter;
use super::model::ExportFile;

/// `<file>.ctl`
#[derive(Serialize)]
struct Control<'a> {
    #[serde(rename = "if")]
    number: String,
    count: i64,
    sum: i64,
    sha256: &'a str,
}

impl Exporter {
    /// Name and text of the control file, where the topic has one (`control_file = true`) and the file was made.
    pub fn control_file(&self, file: &ExportFile) -> Option<(String, String)> {
        let topic = self.registry.topic(&file.topic).filter(|topic| topic.control_file)?;
        control(topic, file)
    }
}

fn control(topic: &Topic, file: &ExportFile) -> Option<(String, String)> {
    let control =
        Control { number: format!("{:02}", topic.number), count: file.count?, sum: file.total?, sha256: file.sha256.as_deref()? };
    let text = serde_json::to_string(&control).ok()?;
    Some((format!("{}.ctl", file.file_name.as_deref()?), format!("{text}\n")))
}
