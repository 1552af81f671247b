//! One-time codes of an authenticator app (RFC 6238): six digits, 30 seconds, one step of tolerance, no code taken twice.

use sqlx::PgConnection;
use totp_rs::{Builder, Secret, Totp};

use super::seal::Sealer;
use super::{AccessError, database, random};

const SECRET_BYTES: usize = 20;
/// Seconds of one step.
const STEP_S: u64 = 30;

/// A secret that waits to be proven by its first code.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// For typing, in base 32.
    pub secret: String,
    /// For the camera: `otpauth://totp/…`.
    pub uri: String,
}

fn build(secret: &[u8]) -> Result<Totp, AccessError> {
    let built = Builder::new().with_secret(secret.to_vec()).build();
    built.map_err(|error| AccessError::Secret { doing: "use a one-time code", reason: error.to_string() })
}

fn enrolment(login: &str, secret: &[u8]) -> Enrolment {
    let secret = Secret::from(secret.to_vec()).to_base32();
    let uri = format!("otpauth://totp/renkei:{login}?secret={secret}&issuer=renkei");
    Enrolment { secret, uri }
}

/// Makes a secret for an account, or shows the one that was made and not yet proven.
pub async fn enrol(conn: &mut PgConnection, sealer: &Sealer, login: &str) -> Result<Enrolment, AccessError> {
    let sql = "select totp_sealed from access.account where login_id = $1 and totp_proven_at is null for update";
    let waiting: Option<Option<Vec<u8>>> =
        sqlx::query_scalar(sql).bind(login).fetch_optional(&mut *conn).await.map_err(database("look for a secret"))?;
    match waiting {
        None => Err(AccessError::Value("the account uses one-time codes already".to_owned())),
        Some(Some(sealed)) => Ok(enrolment(login, &sealer.open(login, &sealed)?)),
        Some(None) => {
            let secret: [u8; SECRET_BYTES] = random()?;
            sqlx::query("update access.account set totp_sealed = $2 where login_id = $1")
                .bind(login)
                .bind(sealer.seal(login, &secret)?)
                .execute(conn)
                .await
                .map_err(database("keep a secret"))?;
            Ok(enrolment(login, &secret))
        }
    }
}

/// Whether a code is right now. It is good once: its time step is written down.
pub async fn is_right(conn: &mut PgConnection, sealer: &Sealer, login: &str, code: &str) -> Result<bool, AccessError> {
    let sql = "select totp_sealed, totp_step from access.account where login_id = $1 and totp_sealed is not null for update";
    let found: Option<(Vec<u8>, i64)> =
        sqlx::query_as(sql).bind(login).fetch_optional(&mut *conn).await.map_err(database("look for a secret"))?;
    let Some((sealed, last)) = found else { return Ok(false) };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let Some(step) = step_of(&build(&sealer.open(login, &sealed)?)?, code, now).filter(|step| *step > last) else {
        return Ok(false);
    };
    sqlx::query("update access.account set totp_step = $2, totp_proven_at = coalesce(totp_proven_at, clock_timestamp()) where login_id = $1")
        .bind(login)
        .bind(step)
        .execute(conn)
        .await
        .map_err(database("write down a one-time code"))?;
    Ok(true)
}

/// The time step whose code this is: now, the one before, or the one after.
fn step_of(totp: &Totp, code: &str, now: u64) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let steps = [0_i64, -1, 1].map(|away| i64::try_from(now / STEP_S).unwrap_or(0) + away);
    steps.into_iter().find(|step| {
        let at = u64::try_from(*step).unwrap_or(0) * STEP_S;
        subtle::ConstantTimeEq::ct_eq(totp.generate(at).to_string().as_bytes(), code.as_bytes()).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        let totp = build(b"12345678901234567890").expect("built");
        assert_eq!(step_of(&totp, "287082", 59), Some(1));
        assert_eq!(step_of(&totp, " 081 804", 1_111_111_109), Some(37_037_036));
        assert_eq!(step_of(&totp, "081804", 1_111_111_109 + 29), Some(37_037_036), "one step late");
        assert_eq!(step_of(&totp, "081804", 1_111_111_109 + 90), None);
        assert_eq!(step_of(&totp, "287083", 59), None);
    }

    #[test]
    fn an_app_reads_the_address() {
        let shown = enrolment("kato.1", b"12345678901234567890");
        assert_eq!(shown.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(shown.uri, format!("otpauth://totp/renkei:kato.1?secret={}&issuer=renkei", shown.secret));
    }
}
