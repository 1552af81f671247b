//! What is refused, and how it is told.

use renkei_core::archive::Archive;

use crate::flows::{batch, sample};
use crate::support::files::ASSESSMENTS;
use crate::support::{root, world};
use crate::visitor::{Visitor, console};

const NOW: &str = "2026-10-06T09:30:00+09:00";

/// The database has no U+0000 in its texts: what a cell of the first line holds must not keep the list of errors from being made.
#[test]
fn a_file_whose_first_line_holds_a_nul_is_refused_with_its_errors() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut file = sample("IF12_SKS_20261005093000_001.csv");
        file.insert(file.iter().position(|&byte| byte == b',').unwrap(), 0);
        let path = format!("/topics/{ASSESSMENTS}");
        operator.get(&path).await.expect(200);
        operator.upload(&format!("{path}/files"), "IF12_SKS_20261005100000_003.csv", &file).await.expect(303);
        let id = batch(world, "rejected").await;
        let page = operator.get(&format!("/batches/{id}")).await.expect(200).shows("&lt;00&gt;").shows("HEADER_UNKNOWN");
        page.hides("INTAKE_DATABASE");
        operator.get(&format!("/batches/{id}/errors.csv")).await.expect(200).shows("<00>").shows("HEADER_UNKNOWN");
        assert_eq!(world.number("select count(*) from intake.failure").await, 0);
    });
}

/// A file larger than anybody wants in memory: its errors are shown over parts of it.
#[test]
fn errors_of_a_large_file_are_read_out_of_parts_of_it() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let archive = Archive::open(world.data("archive").to_str().unwrap()).unwrap();
        let mut writer = archive.put_writer().unwrap();
        let row = [b'0'; 126].iter().chain(b"\r\n").copied().collect::<Vec<u8>>();
        let block = row.repeat(8192);
        for _ in 0..70 {
            writer.append(&block).unwrap();
        }
        writer.append("SKS,2026-CV-1,6O000,世田谷\r\n".as_bytes()).unwrap();
        let bytes = i64::try_from(writer.bytes()).unwrap();
        assert!(bytes > 70 * 1024 * 1024);
        let key = writer.finish().await.unwrap();
        let batch: i64 = sqlx::query_scalar(
            "insert into intake.batch (delivery, topic, file, sha256, bytes, layout, layout_digest, archive, sender, received_at, state, chunks, records_read, yen_read, faults_total)
             values (gen_random_uuid(), $1, 'IF12_SKS_large.csv', $2, $3, 'layout', 'x', $4, 'folder', now(), 'rejected', 1, 0, 0, 2) returning id",
        )
        .bind(ASSESSMENTS)
        .bind(key.sha256())
        .bind(bytes)
        .bind(key.to_string())
        .fetch_one(world.pool())
        .await
        .unwrap();
        // One at the very end, one that says it lies behind the end.
        for (seq, byte, length) in [(1, bytes - 17, 5), (2, bytes + 9_000, 3)] {
            sqlx::query("insert into intake.fault (batch_id, seq, code, severity, line, byte, length, field_name, value) values ($1, $2, 'FIELD_NOT_DIGITS', 'error', 573441, $3, $4, '調定額', '6O000')")
                .bind(batch)
                .bind(seq)
                .bind(byte)
                .bind(length)
                .execute(world.pool())
                .await
                .unwrap();
        }
        let page = operator.get(&format!("/batches/{batch}")).await.expect(200).shows("16進表示");
        page.shows("SKS,2026-CV-1,<mark class=\"fault\">6O000</mark>,世田谷");
    });
}

#[test]
fn a_file_that_cannot_be_made_says_why_in_the_readers_language() {
    world::run(NOW, async |world| {
        let address = console(world).await;
        world.start("consume").await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let order = [("profile", "utf8_bom"), ("param.as_of", "2027-03-31"), ("param.closing", "1")];
        let form = "/topics/24_facility_balances";
        let page = operator.post(&format!("{form}/dry-run"), &order).await.expect(200).shows("このままでは作成できません。");
        page.shows("送るものの検査で1件の支障").shows("EXPORT_STOPPED").shows("技術情報（英語）");
        let mut keyed = order.to_vec();
        keyed.push(("key", "ahead"));
        operator.post(&format!("{form}/order"), &keyed).await.expect(303);
        world.until_sql("select string_agg(state, ',') from export.file", "refused").await;
        let id = world.number("select id from export.file").await;
        let page = operator.get(&format!("/exports/{id}")).await.expect(200).shows("送るものの検査で1件の支障");
        page.shows("原因を直してから、もう一度作成してください").shows("BALANCE_DAY_AHEAD");
        // The command line tells the same, in the language asked for, and a script gets the code.
        let file = id.to_string();
        let told = world.json(&["export", "show", &file], &[3]);
        let problem = &told["file"]["problem"];
        assert_eq!((&problem["code"], &problem["detail"]["findings"]), (&"EXPORT_STOPPED".into(), &1.into()), "{told}");
        let said = |lang: &str| world.renkei(&["export", "show", &file, "--lang", lang]).expect(&[3]).out;
        assert!(said("ja").contains("送るものの検査で1件の支障"), "{}", said("ja"));
        assert!(said("en").contains("select.sql stops the run") && said("en").contains("then order the file again"));
    });
}

/// The section whose file it is must be able to mend it: who handed it in sees what it says, who has a role on its topic asks for it.
#[test]
fn the_section_of_a_refused_file_sees_the_values_it_must_mend() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let mut section = Visitor::with_roles(world, &address, "ka.1", &[]).await;
        world
            .renkei(&["access", "give", "ka.1", "operator", "--topic", "12", "--as", "setup", "--break-glass", "試験"])
            .expect(&[0]);
        let name = "IF12_SKS_20261005100000_002_faulty.csv";
        let path = format!("/topics/{ASSESSMENTS}");
        section.get(&path).await.expect(200);
        section.upload(&format!("{path}/files"), name, &sample(name)).await.expect(303);
        let own = batch(world, "rejected").await;
        // Several errors are counted, and the code of the first does not stand for them.
        let errors = world.number("select faults_total from intake.batch").await;
        let page = operator.get(&format!("/batches/{own}")).await.expect(200);
        page.shows(&format!("誤りが<span class=\"count\">{errors}</span>件あります。")).hides("下に示す内容のとおり");
        // With their role gone to looking only, they still see what they handed in themselves.
        world
            .renkei(&["access", "give", "ka.1", "viewer", "--topic", "12", "--as", "setup", "--break-glass", "試験"])
            .expect(&[0]);
        world
            .renkei(&["access", "take", "ka.1", "operator", "--topic", "12", "--as", "setup", "--break-glass", "試験"])
            .expect(&[0]);
        section.get(&format!("/batches/{own}")).await.expect(200).shows("「6O000」").hides("値を伏せずに");
        // What somebody else handed in, they ask for: each time is written down.
        sqlx::query("update intake.batch set sender = 'folder:12_civic_assessments'").execute(world.pool()).await.unwrap();
        let page = section
            .get(&format!("/batches/{own}"))
            .await
            .expect(200)
            .hides("6O000")
            .shows("値を伏せずに一覧を表示（記録されます）");
        page.shows(&format!("action=\"/batches/{own}/errors\""));
        let asked = "select count(*) from audit.event where action = 'personal.show' and actor = 'ka.1' and after ->> 'what' = 'error list asked for'";
        assert_eq!(world.number(asked).await, 0);
        section.post(&format!("/batches/{own}/errors"), &[]).await.expect(200).shows("「6O000」").shows("誤り一覧");
        assert_eq!(world.number(asked).await, 1);
        // Who only watches everything has no file to mend.
        let mut viewer = Visitor::with_roles(world, &address, "mite.1", &["viewer"]).await;
        viewer.get(&format!("/batches/{own}")).await.expect(200).hides("6O000").hides("値を伏せずに");
        viewer.post(&format!("/batches/{own}/errors"), &[]).await.expect(403);
    });
}

#[test]
fn a_document_that_did_not_come_is_told_without_a_path_of_the_server() {
    world::run(NOW, async |world| {
        world.start("consume").await;
        let address = console(world).await;
        let mut operator = Visitor::with_roles(world, &address, "unyo.1", &["operator"]).await;
        let path = "/topics/04_contracts";
        operator.get(path).await.expect(200);
        let file = std::fs::read(root().join("integrations/04_contracts/cases/pdf_missing/contracts.csv")).unwrap();
        operator.upload(&format!("{path}/files"), "contracts.csv", &file).await.expect(303);
        let id = batch(world, "rejected").await;
        for page in ["", "/errors"] {
            let page = operator.get(&format!("/batches/{id}{page}")).await.expect(200).shows("EVIDENCE_MISSING");
            page.shows("05020000-20261001-庁舎植栽管理委託.pdf")
                .shows("渡した画面の「証拠書類」の欄")
                .hides("renkei-upload")
                .hides("/tmp");
        }
    });
}
