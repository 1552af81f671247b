use super::super::topics::DeliveryTarget;
use super::*;

const HEAD: &str = "version = 1\nexchange='r'\n[retry]\nladder_s=[10,60]\n[limits]\nchunk_records_max=10\nchunk_bytes_max=5000\nfile_bytes_max=1\nhttp_bytes_max=1\nfaults_max=1\nqueue_bytes_max=8_589_934_592\ndelivery_limit=5\ndelivery_limit_ordered=5\n[defaults]\nprefetch=8\nparallel=2\nhold='line'\nconfirm='automatic'\n";

fn faults_of(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    parse("q.toml", text, &mut faults);
    faults
}

fn faults(tail: &str) -> Vec<String> {
    faults_of(&format!("{HEAD}{tail}"))
}

fn entry(extra: &str) -> String {
    format!(
        "[[topic]]\nnumber=7\nslug='07_x'\ndirection='in'\nname='n'\nname_en='n'\nfrom='a'\nto='b'\nmethod='manual'\ntiming='daily'\nstatus='planned'\n{extra}\n"
    )
}

fn outbound(extra: &str) -> String {
    entry(extra).replace("'in'", "'out'")
}

#[track_caller]
fn topic(text: &str) -> super::super::Topic {
    let mut faults = Vec::new();
    let parsed = parse("q.toml", &format!("{HEAD}{text}"), &mut faults);
    assert_eq!(faults, Vec::<String>::new());
    parsed.map(|(_, entries)| entries[0].topic.clone()).expect("a topic")
}

#[test]
fn a_sound_file_has_no_fault() {
    assert_eq!(faults(&entry("")), Vec::<String>::new());
}

#[test]
fn all_faults_come_at_once_each_with_its_line() {
    let text = format!(
        "{HEAD}{}{}",
        entry("due='25:99'\nstarts_on='2026-13-01'\nrelease='operator'\nprefech=3"),
        entry("colour='red'").replace("'daily'", "'dayly'")
    );
    let lines: Vec<&str> = text.lines().collect();
    let found = faults_of(&text);
    for (line, sentence) in [
        ("due='25:99'", "HH:MM"),
        ("starts_on='2026-13-01'", "YYYY-MM-DD"),
        ("release='operator'", "outbound"),
        ("prefech=3", "unknown key `prefech`"),
        ("colour='red'", "unknown key `colour`"),
        ("timing='dayly'", "is not one of"),
        ("slug='07_x'", "stands twice"),
    ] {
        let at = 1 + lines.iter().rposition(|found| *found == line).expect("the line");
        let expected = format!("q.toml:{at}: ");
        let hit = found.iter().any(|fault| fault.starts_with(&expected) && fault.contains(sentence));
        assert!(hit, "{expected}{sentence} is missing in {found:#?}");
    }
    assert_eq!(found.len(), 7, "{found:#?}");
    assert_eq!(faults_of("version = = 1\nx\n")[0].split(' ').next(), Some("q.toml:1:"));
}

#[test]
fn limits_that_stop_everything_are_refused() {
    for (from, to, sentence) in [
        ("faults_max=1", "faults_max=0", "`faults_max` = 0"),
        ("file_bytes_max=1", "file_bytes_max=0", "`file_bytes_max` = 0"),
        ("chunk_bytes_max=5000", "chunk_bytes_max=100", "`chunk_bytes_max` = 100"),
        ("delivery_limit=5", "delivery_limit=0", "`delivery_limit` = 0"),
        ("prefetch=8", "prefetch=0", "`prefetch` = 0"),
        ("parallel=2", "parallel=9", "more than `prefetch`"),
        ("[10,60]", "[60,10]", "rising"),
        ("[10,60]", "[]", "rising"),
        ("version = 1", "version = 2", "version 2"),
        ("http_bytes_max=1\n", "", "`http_bytes_max` is missing"),
    ] {
        assert!(HEAD.contains(from), "{from}");
        let found = faults_of(&HEAD.replacen(from, to, 1));
        assert!(found.len() == 1 && found[0].contains(sentence), "{to}: {found:?}");
    }
}

#[test]
fn a_consumer_holds_at_least_what_it_works_on() {
    for (extra, sentence) in [
        ("prefetch=0", "`prefetch` = 0"),
        ("prefetch=3\nparallel=4", "more than `prefetch`"),
        ("parallel=0", "`parallel` = 0"),
        ("ordered=true\nprefetch=8", "one message at a time"),
    ] {
        let found = faults(&entry(extra));
        assert!(found.len() == 1 && found[0].contains(sentence), "{extra}: {found:?}");
    }
    let one = topic(&entry("prefetch=1"));
    assert_eq!((one.prefetch, one.parallel), (1, 1));
}

#[test]
fn a_topic_may_have_a_ladder_of_its_own() {
    assert_eq!(topic(&entry("")).retry.ladder_s, [10, 60]);
    assert_eq!(topic(&entry("retry = { ladder_s = [5, 30, 300] }")).retry.ladder_s, [5, 30, 300]);
    for (extra, sentence) in [
        ("retry = { ladder_s = [0, 5] }", "rising"),
        ("retry = { ladders = [5] }", "unknown key `ladders`"),
        ("retry = { ladder_s = ['x'] }", "a list of whole numbers"),
    ] {
        assert!(faults(&entry(extra)).iter().any(|fault| fault.contains(sentence)), "{extra}");
    }
}

#[test]
fn a_schedule_is_a_cron_expression() {
    assert_eq!(topic(&outbound("schedule='0 16 * * 1-5'")).schedule.as_deref(), Some("0 16 * * 1-5"));
    let found = faults(&outbound("schedule='0 25 * * *'"));
    assert!(found.len() == 1 && found[0].contains("no cron expression"), "{found:?}");
}

#[test]
fn a_topic_says_how_its_files_are_delivered() {
    let ways = [("outbox", DeliveryTarget::Outbox), ("http", DeliveryTarget::Http)];
    for (name, target) in ways.into_iter().chain([("object_storage", DeliveryTarget::ObjectStorage)]) {
        assert_eq!(topic(&outbound(&format!("delivery='{name}'"))).delivery, target);
    }
    assert_eq!(topic(&outbound("")).delivery, DeliveryTarget::Outbox);
    assert!(faults(&outbound("delivery='pigeon'"))[0].contains("outbox http object_storage"));
}

#[test]
fn only_pictures_of_a_moment_grow_stale() {
    assert_eq!(topic(&outbound("stale_after_s=300")).stale_after_s, Some(300));
    assert_eq!(topic(&outbound("")).stale_after_s, None);
    assert!(faults(&outbound("stale_after_s=300\nonce=true"))[0].contains("what leaves once"));
    assert!(faults(&entry("stale_after_s=300"))[0].contains("outbound"));
}

#[test]
fn archives_are_taken_apart_where_a_topic_says_so() {
    assert_eq!(topic(&entry("unpack='zip'")).unpack, Some(crate::registry::topics::Unpack::Zip));
    assert_eq!(topic(&entry("")).unpack, None);
    assert!(faults(&entry("unpack='rar'"))[0].contains("zip"));
    assert!(faults(&outbound("unpack='zip'"))[0].contains("inbound"));
    assert!(faults(&entry("unpack='zip'\nsecrets=['password']"))[0].contains("not with `secrets`"));
}
