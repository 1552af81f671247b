//! Alerts, dashboard and runbooks: each names only what exists.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use renkei_core::metrics;
use serde_json::Value;
use yaml_rust2::Yaml;

use super::compose::yaml;
use super::source::{files, none, root};

const RULES: &str = "compose/prometheus/rules";
const RUNBOOKS: [&str; 2] = ["docs/RUNBOOKS.md", "docs/RUNBOOKS.ja.md"];
/// Metrics of others, by how they begin: RabbitMQ's (the end-to-end tests ask the broker), and what Prometheus says of its targets.
const OTHERS: [&str; 2] = ["rabbitmq_", "up"];

/// Every alert: its name and its rule.
fn alerts() -> Vec<(String, Yaml)> {
    let mut alerts = Vec::new();
    for source in files(RULES, ".yml") {
        for group in yaml(&source.path)["groups"].as_vec().unwrap() {
            for rule in group["rules"].as_vec().unwrap() {
                alerts.push((rule["alert"].as_str().unwrap().to_owned(), rule.clone()));
            }
        }
    }
    assert!(alerts.len() > 30, "{} alerts", alerts.len());
    alerts
}

/// The metrics that an expression names: words before a brace, a bracket or an end, that are no functions, labels or texts.
fn metrics_of(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut bare = String::new();
    // Without texts, matchers and lists of labels.
    let (mut in_text, mut depth) = (false, 0_u32);
    for c in expression.chars() {
        match c {
            '"' => in_text = !in_text,
            '{' if !in_text => depth += 1,
            '}' if !in_text => depth -= 1,
            _ if in_text || depth > 0 => {}
            _ => bare.push(c),
        }
    }
    for word in bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        // `$__rate_interval` is Grafana's.
        if word.starts_with("__") {
            continue;
        }
        if word == "up" || word.starts_with("renkei_") || word.starts_with("rabbitmq_") || word.matches('_').count() > 2 {
            names.insert(word.to_owned());
        }
    }
    names
}

/// Whether the program, or one of the others, tells a metric of this name.
fn is_told(name: &str) -> bool {
    let known = |name: &str| metrics::names().iter().any(|known| known == name);
    let of_histogram = ["_bucket", "_sum", "_count"].iter().filter_map(|end| name.strip_suffix(end)).any(known);
    known(name) || of_histogram || OTHERS.iter().any(|begin| name == *begin || begin.ends_with('_') && name.starts_with(begin))
}

#[test]
fn alerts_ask_for_metrics_that_are_told() {
    let mut wrong = Vec::new();
    for (alert, rule) in alerts() {
        let names = metrics_of(rule["expr"].as_str().unwrap());
        if names.is_empty() {
            wrong.push(format!("{alert}: its expression names no metric"));
        }
        wrong.extend(names.iter().filter(|name| !is_told(name)).map(|name| format!("{alert}: nobody tells {name}")));
    }
    none(&wrong, "an alert on a metric that does not exist never sounds");
    assert_eq!(metrics_of("max by (topic) (renkei_a{topic=\"renkei_b\"}[5m]) > 0 and up == 0").len(), 2);
}

/// The anchors of a guide's sections, as web views make them of headings.
fn anchors(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    let headings =
        text.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with("##")));
    headings.map(|heading| heading.trim().to_lowercase().replace(' ', "-")).collect()
}

#[test]
fn every_alert_speaks_both_languages_and_has_its_runbook() {
    let guides: Vec<Vec<String>> = RUNBOOKS.iter().map(|file| anchors(file)).collect();
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for (alert, rule) in alerts() {
        let notes = &rule["annotations"];
        let text = |key: &str| notes[key].as_str().unwrap_or_default();
        if !text("summary").is_ascii() || text("summary").is_empty() {
            wrong.push(format!("{alert}: its summary is not English"));
        }
        if text("summary_ja").is_ascii() {
            wrong.push(format!("{alert}: its summary_ja is not Japanese"));
        }
        for ((file, anchors), link) in RUNBOOKS.iter().zip(&guides).zip([text("runbook"), text("runbook_ja")]) {
            if link != format!("{file}#{}", alert.to_lowercase()) || !anchors.contains(&alert.to_lowercase()) {
                wrong.push(format!("{alert}: {link} is no section of {file}"));
            }
        }
        if !["critical", "warning"].contains(&rule["labels"]["severity"].as_str().unwrap_or_default()) {
            wrong.push(format!("{alert}: neither critical nor warning"));
        }
        if !names.insert(alert.to_lowercase()) {
            wrong.push(format!("{alert}: twice"));
        }
    }
    // And no section speaks of an alert that was taken away.
    for (file, anchors) in RUNBOOKS.iter().zip(&guides) {
        let sections: Vec<&String> = anchors.iter().filter(|anchor| !names.contains(*anchor) && !anchor.contains('-')).collect();
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for section in sections {
            if text.lines().any(|line| line.strip_prefix("### ").is_some_and(|name| name.to_lowercase() == *section)) {
                wrong.push(format!("{file}: no alert is called {section}"));
            }
        }
    }
    none(&wrong, "whoever is woken by an alert reads what it means and what to do");
}

#[test]
fn the_dashboard_asks_for_metrics_that_are_told() {
    let text = std::fs::read_to_string(root().join("compose/grafana/dashboards/renkei.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let rows: Vec<&str> =
        panels.iter().filter(|panel| panel["type"] == "row").map(|row| row["title"].as_str().unwrap()).collect();
    for row in ["Flow", "Money", "Failures", "Exports", "Broker", "Database"] {
        assert!(rows.iter().any(|title| title.ends_with(row)), "no row {row}: {rows:?}");
    }
    let source = &yaml("compose/grafana/provisioning/datasources/prometheus.yml")["datasources"][0];
    let mut wrong = Vec::new();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        let title = panel["title"].as_str().unwrap();
        if title.is_ascii() || !title.contains(" / ") {
            wrong.push(format!("{title}: not in both languages"));
        }
        for target in panel["targets"].as_array().unwrap() {
            assert_eq!(target["datasource"]["uid"].as_str(), source["uid"].as_str(), "{title}");
            let names = metrics_of(target["expr"].as_str().unwrap());
            if names.is_empty() {
                wrong.push(format!("{title}: asks for nothing"));
            }
            wrong.extend(names.iter().filter(|name| !is_told(name)).map(|name| format!("{title}: nobody tells {name}")));
        }
    }
    none(&wrong, "the dashboard shows what there is");
}

#[test]
fn prometheus_asks_every_role_where_it_listens() {
    let (prometheus, compose) = (yaml("compose/prometheus/prometheus.yml"), yaml("compose/docker-compose.yml"));
    let jobs = prometheus["scrape_configs"].as_vec().unwrap();
    for role in ["produce", "consume", "console"] {
        let job = jobs.iter().find(|job| job["job_name"].as_str() == Some(&format!("renkei-{role}"))).unwrap();
        let target = &job["dns_sd_configs"][0];
        assert_eq!(target["names"][0].as_str(), Some(role));
        let listen = compose["services"][role]["environment"]["RENKEI_METRICS_LISTEN"].as_str().unwrap();
        assert_eq!(listen.rsplit(':').next(), Some(target["port"].as_i64().unwrap().to_string().as_str()));
    }
}

/// Prometheus' own tool: on the path, or unpacked by `compose/services promtool`.
fn promtool() -> Option<PathBuf> {
    let unpacked = root().join(".services/tools/usr/bin/promtool");
    let candidates = [PathBuf::from("promtool"), unpacked];
    candidates.into_iter().find(|path| Command::new(path).arg("--version").output().is_ok_and(|output| output.status.success()))
}

#[test]
fn the_rules_are_rules_and_sound_when_they_should() {
    let Some(promtool) = promtool() else {
        eprintln!("skipped: there is no promtool here (compose/services promtool), so the rules were not tried");
        return;
    };
    for arguments in
        [&["check", "config", "compose/prometheus/prometheus.yml"][..], &["test", "rules", "compose/prometheus/tests/alerts.yml"]]
    {
        let output = Command::new(&promtool).args(arguments).current_dir(root()).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "promtool {}\n{text}", arguments.join(" "));
    }
}
