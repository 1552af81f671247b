//! Enumerations that a TOML file names: one list of words per type, used for parsing, for error texts and for printing.

use crate::calendar::DateForm;
use crate::charset::Encoding;
use crate::charset::kana::KanaClass;

/// Encodings by the names of a layout file.
pub(super) const ENCODINGS: &[(&str, Encoding)] = &[
    (Encoding::Utf8Bom.as_str(), Encoding::Utf8Bom),
    (Encoding::Utf8.as_str(), Encoding::Utf8),
    (Encoding::Cp932.as_str(), Encoding::Cp932),
    (Encoding::JisX0201.as_str(), Encoding::JisX0201),
    (Encoding::EbcdicKana.as_str(), Encoding::EbcdicKana),
];

/// Kana classes by the names of a layout file.
pub(super) const CLASSES: &[(&str, KanaClass)] = &[
    (KanaClass::BankName.as_str(), KanaClass::BankName),
    (KanaClass::PartyName.as_str(), KanaClass::PartyName),
    (KanaClass::PayrollName.as_str(), KanaClass::PayrollName),
    (KanaClass::EdiInfo.as_str(), KanaClass::EdiInfo),
];

/// Date forms by the names of a layout file.
pub(super) const DATE_FORMS: &[(&str, DateForm)] = &[
    (DateForm::Yyyymmdd.as_str(), DateForm::Yyyymmdd),
    (DateForm::YyyyMmDd.as_str(), DateForm::YyyyMmDd),
    (DateForm::YyyyMD.as_str(), DateForm::YyyyMD),
    (DateForm::EraKanji.as_str(), DateForm::EraKanji),
    (DateForm::EraDots.as_str(), DateForm::EraDots),
    (DateForm::EraCompact.as_str(), DateForm::EraCompact),
    (DateForm::EraDigit.as_str(), DateForm::EraDigit),
    (DateForm::YymmddEra.as_str(), DateForm::YymmddEra),
    (DateForm::Mmdd.as_str(), DateForm::Mmdd),
];

/// The length of a date in a form, in characters or, when a 漢字 takes `kanji` bytes, in bytes.
pub(super) const fn date_form_len_max(form: DateForm, kanji: usize) -> usize {
    match form {
        DateForm::Yyyymmdd => 8,
        DateForm::YyyyMmDd | DateForm::YyyyMD => 10,
        // 令和, 年, 月, 日 and two digits before each of the three.
        DateForm::EraKanji => 5 * kanji + 6,
        DateForm::EraDots => 9,
        DateForm::EraCompact | DateForm::EraDigit => 7,
        DateForm::YymmddEra => 6,
        DateForm::Mmdd => 4,
    }
}

/// Declares an enumeration whose variants have fixed names in a layout file.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every value with its name in a layout file, in the order of the documentation.
            pub const ALL: &'static [(&'static str, $name)] = &[$(($text, $name::$variant)),+];

            /// The name used in a layout file.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

named!(
    /// Whether the partner's own specification is behind the layout.
    Status {
        /// No official sheet yet.
        Provisional = "provisional",
        /// The partner's own sheet.
        Confirmed = "confirmed",
    }
);
named!(
    /// Evidence grade of a layout or field.
    Grade {
        /// Three independent sources, or verified on bytes.
        A = "A",
        /// Two sources.
        B = "B",
        /// One source.
        C = "C",
        /// Our proposal.
        D = "D",
    }
);
named!(
    /// The shape of the file.
    Format {
        /// Comma separated lines.
        Csv = "csv",
        /// Records of a fixed number of bytes.
        Fixed = "fixed",
        /// Objects.
        Json = "json",
        /// Elements of an XML document; for reading only.
        Xml = "xml",
    }
);
named!(
    /// What stands between records.
    Newline {
        /// CR LF after every record, the last one included.
        Crlf = "crlf",
        /// CR LF between records, nothing after the last.
        CrlfBetween = "crlf-between",
        /// LF after every record, the last one included.
        Lf = "lf",
        /// LF between records, nothing after the last.
        LfBetween = "lf-between",
        /// Records follow one another without separator.
        None = "none",
        /// Reading only: CR LF or LF, one kind per file, with or without one after the last record.
        Any = "any",
    }
);
named!(
    /// First line of a CSV file.
    Header {
        /// The field names, checked exactly.
        Names = "names",
        /// No header line.
        None = "none",
    }
);
named!(
    /// Quoting of CSV fields.
    Quote {
        /// Quoted when the value needs it.
        Minimal = "minimal",
        /// Every field quoted.
        All = "all",
        /// Never quoted; a quotation mark is an ordinary character, and a value that needs quotes cannot be written.
        None = "none",
    }
);
named!(
    /// For whom a CSV file is made.
    Readers {
        /// A program: every byte of a cell is the value's.
        Machine = "machine",
        /// People with a spreadsheet: a text that looks like a formula stands behind an apostrophe.
        People = "people",
    }
);
named!(
    /// How records lie in a JSON file.
    Items {
        /// `[ {…}, {…} ]`
        Array = "array",
        /// `{ "0001": {…}, "0005": {…} }`
        Map = "map",
        /// One object is one record.
        One = "one",
        /// Reading takes an array or one object; writing makes an array.
        OneOrArray = "one-or-array",
        /// One object per line.
        Lines = "lines",
    }
);
named!(
    /// How often a kind of record occurs (within its group, if it is in one).
    Occurs {
        /// Exactly once.
        One = "one",
        /// Once or not at all.
        Optional = "optional",
        /// Once or more.
        Many = "many",
        /// Any number of times.
        Any = "any",
    }
);
named!(
    /// Type of a field: its form in the file, in JSON and in SQL.
    FieldType {
        /// Digits only, zeros kept.
        Digits = "digits",
        /// Printable ASCII, usually with a code table.
        Code = "code",
        /// Printable ASCII.
        Ascii = "ascii",
        /// Any characters of the encoding but controls.
        Text = "text",
        /// Single-byte kana of a class.
        Kana = "kana",
        /// Whole number.
        Int = "int",
        /// Whole yen.
        Yen = "yen",
        /// Calendar date.
        Date = "date",
        /// Four digits.
        Year = "year",
        /// `YYYYMM`.
        Month = "month",
        /// `HHMMSS`.
        Time = "time",
        /// ISO 8601 with offset.
        Timestamp = "timestamp",
        /// Digits with a decimal point, kept exactly (quantities, unit prices); csv and json only.
        Decimal = "decimal",
        /// `MMDD`, no year.
        Mmdd = "mmdd",
        /// Bytes in base64; xml only. The value is their SHA-256, the bytes themselves go to the archive.
        Attachment = "attachment",
        /// Blanks; not carried.
        Filler = "filler",
    }
);
named!(
    /// How a value fills its fixed length.
    Pad {
        /// Zeros before the value.
        ZeroLeft = "zero-left",
        /// Blanks after the value.
        SpaceRight = "space-right",
        /// Blanks before the value.
        SpaceLeft = "space-left",
    }
);
named!(
    /// How an absent optional number is written in a fixed file.
    Blank {
        /// All zeros.
        Zeros = "zeros",
        /// All blanks.
        Spaces = "spaces",
    }
);
named!(
    /// A value the program makes.
    Auto {
        /// Number of the record within its kind (within its group, if it is in one), from 1.
        Sequence = "sequence",
        /// The layout's version.
        LayoutVersion = "layout_version",
    }
);

impl Occurs {
    /// Whether the kind may be absent.
    pub const fn may_be_absent(self) -> bool {
        matches!(self, Occurs::Optional | Occurs::Any)
    }

    /// Whether the kind may stand twice in a row.
    pub const fn may_repeat(self) -> bool {
        matches!(self, Occurs::Many | Occurs::Any)
    }
}

impl FieldType {
    /// The column type of a temp table, or `None` for a field that is not carried.
    pub const fn sql_type(self) -> Option<&'static str> {
        Some(match self {
            FieldType::Int | FieldType::Yen => "bigint",
            FieldType::Date => "date",
            FieldType::Year => "int",
            FieldType::Time => "time",
            FieldType::Timestamp => "timestamptz",
            FieldType::Decimal => "numeric",
            FieldType::Filler => return None,
            _ => "text",
        })
    }

    /// Whether the type is written as a JSON number.
    pub const fn is_number(self) -> bool {
        matches!(self, FieldType::Int | FieldType::Yen | FieldType::Year | FieldType::Decimal)
    }

    /// Whether the value in the file consists of digits (and a sign) only, so that fixed fields are padded with zeros.
    pub const fn is_numeric(self) -> bool {
        matches!(self, FieldType::Digits | FieldType::Int | FieldType::Yen | FieldType::Year | FieldType::Month | FieldType::Time)
            || matches!(self, FieldType::Date | FieldType::Mmdd)
    }
}

named!(
    /// Rules of a document that are more than its fields, by the name a layout refers to them.
    Rules {
        /// JP PINT 1.1: a digital invoice (UBL 2.1).
        JpPint = "jp_pint",
    }
);
named!(
    /// What an element without text and without elements is.
    EmptyElements {
        /// A value that is not there.
        Absent = "absent",
        /// A fault.
        Refused = "refused",
    }
);
