use std::collections::BTreeMap;

use renkei_producers::PullConfig;

use super::*;

#[test]
fn the_shown_example_is_the_default() {
    let example: Config = toml::from_str(include_str!("../../renkei.example.toml")).expect("valid");
    assert_eq!(example, Config::default());
}

#[test]
fn the_shown_http_table_is_the_default() {
    let (rest, table) = include_str!("../../renkei.example.toml").split_once("# [produce.http]\n").expect("it is shown");
    let shown: String = table.lines().map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
    let example: Config = toml::from_str(&format!("{rest}[produce.http]\n{shown}")).expect("valid without its marks");
    assert_eq!(example.produce.http, Some(HttpConfig::default()));
    let keys = shown.lines().filter(|line| line.contains(" = ")).count();
    assert_eq!(keys, format!("{:?}", HttpConfig::default()).matches(": ").count(), "every key is shown");
}

#[test]
fn the_shown_pull_table_is_the_default() {
    let (_, rest) = include_str!("../../renkei.example.toml").split_once("# [produce.pull.06_vendors]\n").expect("it is shown");
    let shown: String =
        rest.lines().take_while(|line| !line.is_empty()).map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
    let example: Config = toml::from_str(&format!("[produce.pull.06_vendors]\n{shown}")).expect("valid without its marks");
    let pull = &example.produce.pull["06_vendors"];
    let default = PullConfig::new("https://partner.example/vendors_{yyyy}{mm}{dd}.csv", "0 6 * * *");
    assert_eq!((pull, example.produce.faults()), (&default, Vec::new()));
    assert_eq!(shown.lines().count(), format!("{default:?}").matches(": ").count(), "every key is shown");
}

#[test]
fn the_shown_deliver_tables_are_the_default() {
    for (slug, url) in [("22_work_progress", "https://portal.example/progress"), ("24_facility_balances", "s3://bucket/prefix")] {
        let heading = format!("# [deliver.{slug}]\n");
        let (_, rest) = include_str!("../../renkei.example.toml").split_once(&heading).expect("it is shown");
        let lines = rest.lines().take_while(|line| line.starts_with("# ") && !line.starts_with("# ["));
        let shown: String = lines.map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
        let example: DeliverConfig = toml::from_str(&shown).expect("valid without its marks");
        assert_eq!((&example, example.faults()), (&DeliverConfig::new(url), Vec::new()), "{slug}");
    }
    let example = include_str!("../../renkei.example.toml");
    let keys = format!("{:?}", DeliverConfig::new(""));
    let shown = example.split_once("# [deliver.").expect("it is shown").1;
    for key in keys.split(['{', ',']).skip(1).filter_map(|part| part.split_once(": ")).map(|(key, _)| key.trim()) {
        assert!(shown.contains(&format!("# {key} ")), "{key} is not shown");
    }
}

#[test]
fn the_environment_wins() {
    let mut config = Config::default();
    config.apply(|name| (name == "RENKEI_DATABASE_URL").then(|| "postgres://elsewhere/x".to_owned())).expect("sound");
    assert_eq!(config.database_url, "postgres://elsewhere/x");
}

#[test]
fn encrypted_lines_are_taken_and_an_open_door_is_refused() {
    let mut config = Config {
        amqp_uri: "amqps://b".into(),
        amqp_management: "https://b".into(),
        database_ca_file: "/etc/ca file.pem".into(),
        console_database_url: "postgres://c@d/e?sslmode=require".into(),
        ..Config::default()
    };
    assert!(config.check().is_ok());
    config.encrypt_the_database();
    let expected = "postgres://127.0.0.1:5432/renkei?sslmode=verify-full&sslrootcert=%2Fetc%2Fca+file.pem";
    assert_eq!((config.database_url.as_str(), config.console_database()), (expected, "postgres://c@d/e?sslmode=require"));
    let open = Config { console_listen: "0.0.0.0:443".into(), ..Config::default() };
    assert!(open.check().expect_err("no TLS").to_string().contains("console_tls_cert"));
    let proxied = Config { console_behind_proxy: true, ..open };
    assert!(proxied.check().expect_err("whose word?").to_string().contains("console_trusted_proxies"));
    let known = Config { console_trusted_proxies: vec![IpAddr::from([10, 0, 0, 1])], ..proxied };
    assert!(known.check().is_ok());
}

#[test]
fn the_roles_of_compose_start_with_what_they_are_told() {
    let compose = include_str!("../../compose/docker-compose.yml");
    let told: BTreeMap<&str, &str> = compose.lines().filter_map(|line| line.trim().split_once(": ")).collect();
    let mut config: Config = toml::from_str(include_str!("../../compose/renkei.toml")).expect("valid");
    // The files of secrets are made on the machine.
    let told = |name: &str| told.get(name).filter(|_| !name.ends_with("_FILE")).map(|value| (*value).to_owned());
    config.apply(told).expect("sound");
    assert!(config.check().is_ok(), "{:?}", config.check());
    // Both doors are open to others of the network, which is why somebody must stand before them.
    let http = config.produce.http.as_ref().expect("the intake listens");
    assert_eq!((config.console_listen.as_str(), http.listen.to_string().as_str()), ("0.0.0.0:25607", "0.0.0.0:25608"));
    for proxy in &config.console_trusted_proxies {
        assert!(compose.contains(&format!("gateway: {proxy} ")), "{proxy} is not the gateway");
    }
}

#[test]
fn the_shown_oidc_table_is_the_default() {
    let (_, rest) = include_str!("../../renkei.example.toml").split_once("# [console_oidc]\n").expect("it is shown");
    let lines = rest.lines().take_while(|line| line.starts_with("# "));
    let shown: String = lines.map(|line| format!("{}\n", line.trim_start_matches("# "))).collect();
    let example: OidcConfig = toml::from_str(&shown).expect("valid without its marks");
    let default = OidcConfig::new("https://login.example", "renkei", "https://renkei.example");
    assert_eq!((&example, example.faults()), (&default, Vec::new()));
    assert_eq!(shown.lines().count(), format!("{default:?}").matches(": ").count(), "every key is shown");
}

#[test]
fn a_secret_may_lie_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, empty) = (folder.path().join("url"), folder.path().join("empty"));
    std::fs::write(&file, "postgres://renkei:p@postgres/renkei\n").expect("written");
    std::fs::write(&empty, "\n").expect("written");
    let apply = |set: &[(&str, &str)]| {
        let mut config = Config::default();
        let found = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        config.apply(found).map(|()| config)
    };
    let path = |path: &Path| path.to_str().expect("a path").to_owned();
    let config = apply(&[("RENKEI_DATABASE_URL_FILE", &path(&file))]).expect("read");
    assert_eq!(config.database_url, "postgres://renkei:p@postgres/renkei");
    for (set, said) in [
        (vec![("RENKEI_DATABASE_URL_FILE", path(&empty))], "is empty"),
        (vec![("RENKEI_AMQP_URI_FILE", path(&folder.path().join("none")))], "cannot read the file"),
        (vec![("RENKEI_AMQP_URI_FILE", path(&file)), ("RENKEI_AMQP_URI", "amqp://x".to_owned())], "both set"),
    ] {
        let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let text = format!("{:#}", apply(&set).expect_err("refused"));
        assert!(text.contains(said), "{text}");
    }
    let archive = apply(&[("RENKEI_ARCHIVE_FILE", &path(&file))]).expect("no such setting");
    assert_eq!(archive.archive, "", "what is no secret is not read from files");
}

#[test]
fn faults_come_all_at_once() {
    let config = Config { amqp_uri: "x".into(), metrics_listen: "y".into(), ..Config::default() };
    let text = config.check().expect_err("two faults").to_string();
    assert!(text.contains("amqp_uri") && text.contains("metrics_listen"), "{text}");
}
