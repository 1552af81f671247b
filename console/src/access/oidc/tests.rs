use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

const SECRET: &[u8] = b"a shared secret of thirty-two byte";

fn oidc() -> Oidc {
    Oidc::new(OidcConfig::new("https://login.example", "renkei", "https://renkei.example"))
}

#[test]
fn a_token_signed_with_a_secret_everybody_may_know_is_no_token() {
    let claims = json!({ "iss": "https://login.example", "aud": "renkei", "sub": "1", "exp": now() + 60, "nonce": "n" });
    let token = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(SECRET)).expect("signed");
    let keys: JwkSet =
        serde_json::from_value(json!({ "keys": [{ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(SECRET) }] })).expect("keys");
    let said = oidc().login(&token, &keys, "n").expect_err("refused").to_string();
    assert!(said.contains("signed with HS256"), "{said}");
    let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(claims.to_string()));
    assert!(oidc().login(&none, &keys, "n").is_err());
}

#[tokio::test]
async fn an_answer_for_another_browser_is_refused_before_the_provider_is_asked() {
    let sealer = Sealer::with_key(&[1; 32]);
    let flow = |until| Flow { state: "s".into(), nonce: "n".into(), verifier: "v".into(), back: "/".into(), until };
    let cookie = |sealer: &Sealer, flow: &Flow| {
        URL_SAFE_NO_PAD.encode(sealer.seal(SEALED_FOR, &serde_json::to_vec(flow).expect("json")).expect("sealed"))
    };
    let good = cookie(&sealer, &flow(now() + 60));
    let answer = |state, iss, error| Answer { code: "c", state, iss, error };
    for (cookie, answer, why) in [
        (good.as_str(), answer("other", "", ""), "another sign-in"),
        (&good, answer("", "", ""), "another sign-in"),
        (&good, answer("s", "https://evil.example", ""), "comes from"),
        (&good, answer("s", "", "access_denied"), "access_denied"),
        ("", answer("s", "", ""), "no sign-in under way"),
        (&cookie(&Sealer::with_key(&[2; 32]), &flow(now() + 60)), answer("s", "", ""), "no sign-in under way"),
        (&cookie(&sealer, &flow(now() - 1)), answer("s", "", ""), "too late"),
    ] {
        let said = oidc().end(&sealer, cookie, &answer).await.expect_err("refused").to_string();
        assert!(said.contains(why), "{said}");
    }
}
