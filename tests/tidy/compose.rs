//! `compose/docker-compose.yml`: what a service must have, and that what it is told is what the program reads.

use std::process::Command;

use yaml_rust2::yaml::Hash;
use yaml_rust2::{Yaml, YamlLoader};

use super::source::{files, none, root};

const FILE: &str = "compose/docker-compose.yml";
/// Services that run the program.
const ROLES: [&str; 3] = ["produce", "consume", "console"];

/// A YAML file of the checkout.
pub(crate) fn yaml(path: &str) -> Yaml {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    let mut documents = YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(documents.len(), 1, "{path} is one document");
    resolved(documents.remove(0))
}

/// With what `<<` takes over: its own keys win.
fn resolved(yaml: Yaml) -> Yaml {
    match yaml {
        Yaml::Array(items) => Yaml::Array(items.into_iter().map(resolved).collect()),
        Yaml::Hash(pairs) => {
            let mut whole = Hash::new();
            let (merged, own): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| key.as_str() == Some("<<"));
            for (_, value) in merged {
                if let Yaml::Hash(base) = resolved(value) {
                    whole.extend(base);
                }
            }
            for (key, value) in own {
                whole.insert(key, resolved(value));
            }
            Yaml::Hash(whole)
        }
        other => other,
    }
}

fn entries(yaml: &Yaml) -> Vec<(&str, &Yaml)> {
    let pairs = yaml.as_hash().into_iter().flatten();
    pairs.map(|(key, value)| (key.as_str().unwrap(), value)).collect()
}

fn services(compose: &Yaml) -> Vec<(&str, &Yaml)> {
    let services = entries(&compose["services"]);
    assert!(services.len() >= 9, "{services:?}");
    services
}

#[test]
fn every_image_is_pinned_and_every_service_is_watched_and_no_root() {
    let compose = yaml(FILE);
    let mut wrong = Vec::new();
    for (name, service) in services(&compose) {
        let image = service["image"].as_str().unwrap_or_default();
        let version = image.rsplit_once(':').map_or("", |(_, version)| version);
        if version.matches('.').count() < 1 || !version.bytes().any(|byte| byte.is_ascii_digit()) {
            wrong.push(format!("{name}: the image {image:?} has no version of its own"));
        }
        if service["healthcheck"]["test"].as_vec().is_none_or(|test| test.len() < 2) {
            wrong.push(format!("{name}: no health check"));
        }
        let user = service["user"].as_str().unwrap_or_default();
        if user.is_empty() || user.starts_with('0') || user.starts_with("root") {
            wrong.push(format!("{name}: runs as {user:?}"));
        }
        if ROLES.contains(&name) && service["read_only"].as_bool() != Some(true) {
            wrong.push(format!("{name}: its file system can be written"));
        }
        if service["cap_drop"][0].as_str() != Some("ALL") {
            wrong.push(format!("{name}: keeps capabilities"));
        }
        for port in service["ports"].as_vec().into_iter().flatten() {
            if !port.as_str().is_some_and(|port| port.starts_with("127.0.0.1:")) {
                wrong.push(format!("{name}: {port:?} listens beyond this machine"));
            }
        }
    }
    none(&wrong, "every service of compose/docker-compose.yml is pinned, watched and humble");
}

#[test]
fn the_roles_are_told_what_the_program_reads() {
    let (compose, config) = (yaml(FILE), files("src", "config.rs").remove(0).text);
    let mut wrong = Vec::new();
    for (name, service) in services(&compose).into_iter().filter(|(name, _)| ROLES.contains(name)) {
        assert_eq!(service["command"][0].as_str(), Some(name), "one service a role, of its name");
        let told = entries(&service["environment"]);
        assert!(told.len() >= 5, "{name}: {told:?}");
        for (variable, value) in told {
            let setting = variable.trim_end_matches("_FILE");
            // Logs are set up before the settings are read.
            if !config.contains(&format!("\"{setting}\"")) && setting != "RENKEI_LOG" {
                wrong.push(format!("{name}: src/config.rs does not read {variable}"));
            }
            let Some(secret) = value.as_str().and_then(|value| value.strip_prefix("/run/secrets/")) else { continue };
            let given = service["secrets"].as_vec().into_iter().flatten().any(|given| given.as_str() == Some(secret));
            if !given || compose["secrets"][secret].is_badvalue() {
                wrong.push(format!("{name}: {variable} names the secret {secret}, which it is not given"));
            }
        }
        let text = format!("{:?}", service["environment"]);
        assert!(!text.contains("://"), "{name}: addresses with passwords lie in secrets: {text}");
    }
    none(&wrong, "the variables of compose/docker-compose.yml are settings");
    // The broker, the database and the producing role have nothing in common but the queues.
    let produce = format!("{:?}", compose["services"]["produce"]["secrets"]);
    assert!(!produce.contains("database"), "the producing role has no way into the database");
}

#[test]
fn every_secret_is_made_and_every_volume_is_named() {
    let compose = yaml(FILE);
    let made = std::fs::read_to_string(root().join("compose/make-secrets")).unwrap();
    let mut wrong = Vec::new();
    for (name, secret) in entries(&compose["secrets"]) {
        let file = secret["file"].as_str().unwrap().strip_prefix("./secrets/").unwrap();
        if !made.contains(&format!("secret {file}\n")) {
            wrong.push(format!("{name}: compose/make-secrets does not make {file}"));
        }
    }
    for (name, service) in services(&compose) {
        for volume in service["volumes"].as_vec().into_iter().flatten() {
            let source = volume.as_str().unwrap().split(':').next().unwrap();
            let there = match source.strip_prefix("./") {
                Some(path) => root().join("compose").join(path).exists(),
                None => !compose["volumes"][source].is_badvalue(),
            };
            if !there {
                wrong.push(format!("{name}: there is no {source}"));
            }
        }
    }
    none(&wrong, "what services are given is there");
    let ignored = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "/compose/secrets/"), "secrets are not committed");
}

#[test]
fn docker_understands_the_file() {
    let docker = |arguments: &[&str]| Command::new("docker").args(arguments).current_dir(root()).output();
    if !docker(&["compose", "version"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no `docker compose` here, so only our own reading of {FILE} is tested");
        return;
    }
    for profile in [&[][..], &["--profile", "cluster"]] {
        let output = docker(&[&["compose", "-f", FILE], profile, &["config", "--quiet"]].concat()).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_dockerfile_pins_what_it_builds_on_and_drops_root() {
    let text = std::fs::read_to_string(root().join("compose/Dockerfile")).unwrap();
    let bases: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert!(bases.len() == 2 && bases.iter().all(|base| base.contains(':') && base.contains('.')), "{bases:?}");
    let toolchain = std::fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let version = toolchain.lines().find_map(|line| line.strip_prefix("channel = ")).unwrap().trim_matches('"');
    assert!(bases[0].starts_with(&format!("rust:{version}-")), "built with {}, developed with {version}", bases[0]);
    let (_, last) = text.rsplit_once("FROM ").unwrap();
    assert!(last.contains("\nUSER 10001:10001\n") && last.contains("\nHEALTHCHECK "), "{last}");
}
