use super::*;

const FILE: &str = "
[[param]]
id='pay_date'
name='支払日'
name_en='pay date'
type='date'
must=true
[[param]]
id='closing'
name='整理期間'
name_en='closing'
type='choice'
default='1'
layouts=['a']
choices=[{value='0',name='なし',name_en='without'},{value='1',name='あり',name_en='with'}]
";

fn order(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn an_order_is_understood_whole_or_every_fault_is_said() {
    let params = Params::parse(FILE, "params.toml").expect("sound");
    let whole = params.check("a", &order(&[("pay_date", "2026-02-28")])).expect("sound");
    assert_eq!(whole, order(&[("pay_date", "2026-02-28"), ("closing", "1")]), "the default is filled in");
    assert_eq!(params.check("b", &order(&[("pay_date", "2026-02-28")])).expect("sound").len(), 1);
    let faults = params.check("a", &order(&[("pay_dat", "x"), ("closing", "ari")])).expect_err("faults");
    let codes: Vec<&str> = faults.iter().map(ParamFault::code).collect();
    assert_eq!(codes, ["EXPORT_PARAM_UNKNOWN", "EXPORT_PARAM_MISSING", "EXPORT_PARAM_MALFORMED"]);
    // What another layout of the topic knows, this one does not.
    let strange = params.check("b", &order(&[("pay_date", "2026-02-28"), ("closing", "1")])).expect_err("unknown");
    assert_eq!(strange[0].to_string(), "there is no parameter `closing`; known: pay_date");
    let again = params.of_once_only().check("b", &order(&[("pay_date", "2026-02-28"), ("same_content_reason", "再送")]));
    assert!(again.is_ok(), "{again:?}");
}

#[test]
fn values_have_the_shape_of_their_type() {
    let of = |ty| Param { ty, chars_max: 5, ..SAME_CONTENT.clone() };
    let cases: [(ParamType, &[&str], &[&str]); 7] = [
        (ParamType::Date, &["2028-02-29"], &["2027-02-29", "20280229", "2028-2-29", "２０２８-02-29", ""]),
        (ParamType::Month, &["2026-12"], &["2026-13", "2026-1", "202612"]),
        (ParamType::Year, &["2026"], &["R7", "26", "20260"]),
        (ParamType::Number, &["1", "123456789"], &["", "-1", "1234567890", "1.0"]),
        (ParamType::Time, &["18:30", "18:30:59"], &["25:00", "1830", "8:30"]),
        (ParamType::Moment, &["2026-10-16T18:00:00+09:00", "2027-05-31T15:00:00Z"], &["2026-10-32T18:00:00+09:00", "2026-10-16"]),
        (ParamType::Text, &["理由です"], &[" ", "123456", "a\nb"]),
    ];
    for (ty, right, wrong) in cases {
        assert!(right.iter().all(|value| of(ty).takes(value)), "{ty:?} {right:?}");
        wrong.iter().for_each(|value| assert!(!of(ty).takes(value), "{ty:?} {value:?}"));
        assert!(ty == ParamType::Text || of(ty).takes(ty.example()), "{ty:?}");
    }
}

#[test]
fn every_fault_of_the_file_is_found() {
    let file = "[[param]]\nid='A b'\nname='x'\nname_en='x'\ntype='choice'\nhelp='nur'\n[[param]]\nid='d'\nname='x'\nname_en='x'\ntype='date'\ndefault='today'\nmus=true\n";
    let faults = Params::parse(file, "p").expect_err("faults").join("\n");
    for expected in
        ["p:2: param: `id`", "`choices` go with", "`help` and `help_en`", "p:12: param d: `default`", "unknown key `mus`"]
    {
        assert!(faults.contains(expected), "{expected} is not in:\n{faults}");
    }
}
