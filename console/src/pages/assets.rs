use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use crate::refusal::Refusal;

/// Style sheet, script and icon, compiled into the program.
pub(crate) async fn show(Path(name): Path<String>) -> Result<impl IntoResponse, Refusal> {
    let (kind, text) = match name.as_str() {
        "console.css" => ("text/css; charset=utf-8", include_str!("../../assets/console.css")),
        "console.js" => ("text/javascript; charset=utf-8", include_str!("../../assets/console.js")),
        "icon.svg" => ("image/svg+xml", include_str!("../../assets/icon.svg")),
        _ => return Err(Refusal::not_found()),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "private, max-age=300")], text))
}
