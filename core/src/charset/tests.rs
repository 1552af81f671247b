//! Decoding and encoding of fields.
use super::*;

#[test]
fn names_parse_back() {
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::parse(encoding.as_str()), Some(encoding));
    }
}
