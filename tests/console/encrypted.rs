//! The console's own TLS, and whose word about a client's address is taken.

use crate::support::world;
use crate::visitor::{Visitor, console_with, free_address};

const NOW: &str = "2026-10-06T09:30:00+09:00";

#[test]
fn the_console_speaks_tls_and_on_an_open_address_nothing_else() {
    world::run(NOW, async |world| {
        let key = rcgen::KeyPair::generate().unwrap();
        let cert = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        std::fs::write(world.path("cert.pem"), cert.pem()).unwrap();
        std::fs::write(world.path("key.pem"), key.serialize_pem()).unwrap();
        let plain = std::fs::read_to_string(world.path("renkei.toml")).unwrap();
        // An address that others reach: the program does not even start.
        let open = world.surroundings.command().arg("console").env("RENKEI_CONSOLE_LISTEN", "0.0.0.0:0").output().unwrap();
        let said = String::from_utf8_lossy(&open.stderr).into_owned();
        assert!(!open.status.success() && said.contains("console_tls_cert"), "{said}");
        let settings = "console_tls_cert = \"cert.pem\"\nconsole_tls_key = \"key.pem\"\n";
        std::fs::write(world.path("renkei.toml"), format!("{settings}{plain}")).unwrap();
        let address = console_with(world, &free_address(), &[]).await;
        let believed = reqwest::Certificate::from_pem(cert.pem().as_bytes()).unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([believed]).build().unwrap();
        let port = address.rsplit(':').next().unwrap();
        let page = client.get(format!("https://localhost:{port}/enter")).send().await.unwrap();
        assert_eq!(page.status().as_u16(), 200);
        assert!(page.headers().contains_key("strict-transport-security"));
        assert!(client.get(format!("http://localhost:{port}/enter")).send().await.is_err(), "no plain text");
    });
}

#[test]
fn an_address_is_taken_from_our_own_proxy_only() {
    world::run(NOW, async |world| {
        let plain = std::fs::read_to_string(world.path("renkei.toml")).unwrap();
        let settings = "console_behind_proxy = true\nconsole_trusted_proxies = [\"127.0.0.1\"]\n";
        std::fs::write(world.path("renkei.toml"), format!("{settings}{plain}")).unwrap();
        let address = console_with(world, &free_address(), &[]).await;
        let mut visitor = Visitor::new(&address);
        let request = visitor.raw("POST", "/enter").header("x-forwarded-for", "203.0.113.9, 198.51.100.7");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body("login=nobody&password=x");
        visitor.send(request).await.expect(401);
        let known: String = sqlx::query_scalar("select address from access.attempt").fetch_one(world.pool()).await.unwrap();
        assert_eq!(known, "198.51.100.7", "what stands before it the client wrote itself");
    });
}

#[test]
fn what_has_been_kept_long_enough_goes() {
    world::run(NOW, async |world| {
        sqlx::raw_sql(
            "insert into access.account (login_id, display_name, origin, created_by) values ('kato.1', '加藤', 'local', 'setup');
             insert into access.attempt (login, address, entered, at)
             select 'kato.1', '192.0.2.1', true, now() - make_interval(days => d) from unnest(array[1, 89, 91, 400]) as t (d);
             insert into access.session (token_sha256, login_id, csrf, complete, way, address, agent, begun_at, ended_at)
             values ('\\x01', 'kato.1', '', true, 'password', '', '', now() - interval '1 year', now() - interval '91 days'),
                    ('\\x02', 'kato.1', '', true, 'password', '', '', now() - interval '1 year', now() - interval '89 days'),
                    ('\\x03', 'kato.1', '', true, 'password', '', '', now() - interval '91 days', null),
                    ('\\x04', 'kato.1', '', true, 'password', '', '', now() - interval '89 days', null)",
        )
        .execute(world.pool())
        .await
        .unwrap();
        // With the rights of the console's role.
        console_with(world, &free_address(), &[]).await;
        world.until_sql("select string_agg(encode(token_sha256, 'hex'), ' ' order by 1) from access.session", "02 04").await;
        world.until_sql("select count(*)::text from access.attempt", "2").await;
    });
}
