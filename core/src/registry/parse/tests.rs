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
fn a_schedule_is_a_cron_expression_or_a_rule() {
    let shown = |text: &str| topic(&outbound(&format!("schedule={text}"))).schedule.expect("a schedule").to_string();
    for (text, expected) in [
        ("'0 16 * * 1-5'", "0 16 * * 1-5 · missed: today"),
        ("{ cron = '0 16 * * *', missed = 'once' }", "0 16 * * * · missed: once"),
        ("{ cron = '0 16 * * *', days = 'business' }", "0 16 * * * · office days · skip · missed: today"),
        (
            "{ cron = '0 9 25 * *', days = 'business', calendar = 'bank', shift = 'previous', missed = 'ask' }",
            "0 9 25 * * · bank days · previous · missed: ask",
        ),
        ("{ business_day = 'last', at = '17:00', months = [3] }", "office day -1 of 3 · 17:00 · missed: today"),
        ("{ business_day = 3, at = '09:30', calendar = 'bank', missed = 'skip' }", "bank day 3 · 09:30 · missed: skip"),
    ] {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn every_fault_of_a_rule_is_told_with_its_line() {
    for (text, sentences) in [
        ("'0 25 * * *'", &["no cron expression"][..]),
        ("{ cron = '0 25 * * *', missed = 'later' }", &["no cron expression", "`missed` = \"later\" is not one of"]),
        ("{ cron = '0 9 * * *', business_day = 1 }", &["`cron` or `business_day`, not both"]),
        ("{ missed = 'ask' }", &["`cron` or `business_day`, one of them"]),
        ("{ cron = '0 9 * * *', shift = 'next' }", &["`shift` is a setting of days"]),
        ("{ cron = '0 9 * * *', days = 'business', calendar = 'post' }", &["`calendar` = \"post\" is not one of: office bank"]),
        ("{ business_day = 0, at = '9' }", &["must be 1 to 15", "HH:MM"]),
        ("{ business_day = -16 }", &["must be 1 to 15", "`at` is missing"]),
        ("{ business_day = 1, at = '09:00', months = [3, 13] }", &["rising months"]),
        ("{ business_day = 1, at = '09:00', week = 2 }", &["unknown key `week`"]),
        ("7", &["must be a table"]),
    ] {
        let head = HEAD.lines().count() + 12;
        let found = faults(&outbound(&format!("schedule={text}")));
        assert_eq!(found.len(), sentences.len(), "{text}: {found:#?}");
        for sentence in sentences {
            let told = found.iter().any(|fault| fault.starts_with(&format!("q.toml:{head}: ")) && fault.contains(sentence));
            assert!(told, "{text}: {sentence} in {found:#?}");
        }
    }
}

#[test]
fn a_due_time_has_the_days_of_its_timing_or_a_rule() {
    let due = |text: &str| {
        let due = topic(text).due.expect("a due time");
        (due.written, due.rule.map(|rule| rule.to_string()).unwrap_or_default())
    };
    let plain = entry("due='10:00'");
    assert_eq!(due(&plain), ("10:00".into(), "0 10 * * * · office days · skip".into()));
    assert_eq!(due(&plain.replace("daily", "monthly")).1, "office day -1 · 10:00");
    assert_eq!(due(&plain.replace("daily", "on_demand")).1, "", "no day by which it could be late");
    assert_eq!(due(&outbound("due='17:00'").replace("daily", "on_demand")).1, "0 17 * * * · office days · skip");
    assert_eq!(due(&entry("due={ business_day = 5, at = '10:00' }")).0, "office day 5 · 10:00");
    assert!(faults(&entry("due={ business_day = 5, at = '10:00', missed = 'ask' }"))[0].contains("unknown key `missed`"));
}

#[test]
fn a_cut_off_is_of_topics_that_go_out() {
    let cut_off = |text: &str| topic(&outbound(text)).cut_off.map(|cut| (cut.at.to_string(), cut.calendar.as_str()));
    assert_eq!(cut_off("cut_off='15:00'"), Some(("15:00:00".into(), "office")));
    assert_eq!(cut_off("cut_off={ at = '12:00', calendar = 'bank' }"), Some(("12:00:00".into(), "bank")));
    for (text, sentence) in [
        (outbound("cut_off='25:00'"), "HH:MM"),
        (outbound("cut_off={ calendar = 'bank' }"), "`at` is missing"),
        (entry("cut_off='15:00'"), "is a setting of outbound topics"),
    ] {
        assert!(faults(&text).iter().any(|fault| fault.contains(sentence)), "{text}");
    }
}

#[test]
fn a_topic_says_how_its_files_are_delivered() {
    let ways = [("outbox", DeliveryTarget::Outbox), ("http", DeliveryTarget::Http)];
    for (name, target) in ways.into_iter().chain([("object_storage", DeliveryTarget::ObjectStorage)]) {
        assert_eq!(topic(&outbound(&format!("delivery='{name}'"))).delivery, target);
    }
    assert_eq!(topic(&outbound("")).delivery, DeliveryTarget::Outbox);
    assert!(faults(&outbound("delivery='pigeon'"))[0].contains("outbox http object_storage"));
    assert!(topic(&outbound("control_file=true")).control_file);
    for elsewhere in ["http", "object_storage"] {
        let said = faults(&outbound(&format!("control_file=true\ndelivery='{elsewhere}'")));
        assert!(said[0].contains("`control_file` lies beside a file in the outbox"), "{said:?}");
    }
}

#[test]
fn only_pictures_of_a_moment_grow_stale() {
    assert_eq!(topic(&outbound("stale_after_s=300")).stale_after_s, Some(300));
    assert_eq!(topic(&outbound("")).stale_after_s, None);
    assert!(faults(&outbound("stale_after_s=300\nonce=true"))[0].contains("what leaves once"));
    assert!(faults(&entry("stale_after_s=300"))[0].contains("outbound"));
    assert_eq!(topic(&outbound("stale_after_s=300\nkeep_days=7")).keep_days, Some(7));
    assert!(faults(&outbound("keep_days=7"))[0].contains("only pictures of a moment"));
}

#[test]
fn archives_are_taken_apart_where_a_topic_says_so() {
    assert_eq!(topic(&entry("unpack='zip'")).unpack, Some(crate::registry::topics::Unpack::Zip));
    assert_eq!(topic(&entry("")).unpack, None);
    assert!(faults(&entry("unpack='rar'"))[0].contains("zip"));
    assert!(faults(&outbound("unpack='zip'"))[0].contains("inbound"));
    assert!(faults(&entry("unpack='zip'\nsecrets=['password']"))[0].contains("not with `secrets`"));
}
