//! Enumerations that a TOML file names: one list of words per type, used for parsing, for error texts and for printing.

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
    Status { /// No official sheet yet.
        Provisional = "provisional", /// The partner's own sheet.
        Confirmed = "confirmed" }
);
named!(
    /// Evidence grade of a layout or field.
    Grade { /// Three independent sources, or verified on bytes.
        A = "A", /// Two sources.
        B = "B", /// One source.
        C = "C", /// Our proposal.
        D = "D" }
);
named!(
    /// The shape of the file.
    Format { /// Comma separated lines.
        Csv = "csv", /// Records of a fixed number of bytes.
        Fixed = "fixed", /// Objects.
        Json = "json" }
);
named!(
    /// Character encoding of a file.
    Encoding { /// UTF-8 that begins with EF BB BF.
        Utf8Bom = "utf-8-bom", /// UTF-8 without byte order mark.
        Utf8 = "utf-8", /// Windows code page 932 (Shift_JIS with NEC and IBM extensions).
        Cp932 = "cp932", /// JIS X 0201, one byte per character.
        JisX0201 = "jis-x0201", /// EBCDIC with katakana (CCSID 290 family), one byte per character.
        EbcdicKana = "ebcdic-kana" }
);
named!(
    /// What stands between records.
    Newline { /// CR LF after every record, the last one included.
        Crlf = "crlf", /// CR LF between records, nothing after the last.
        CrlfBetween = "crlf-between", /// LF after every record, the last one included.
        Lf = "lf", /// LF between records, nothing after the last.
        LfBetween = "lf-between", /// Records follow one another without separator.
        None = "none", /// Reading only: CR LF or LF, one kind per file, with or without one after the last record.
        Any = "any" }
);
named!(
    /// First line of a CSV file.
    Header { /// The field names, checked exactly.
        Names = "names", /// No header line.
        None = "none" }
);
named!(
    /// Quoting of CSV fields.
    Quote { /// Quoted when the value needs it.
        Minimal = "minimal", /// Every field quoted.
        All = "all", /// Never quoted; a quotation mark is an ordinary character, and a value that needs quotes cannot be written.
        None = "none" }
);
named!(
    /// How records lie in a JSON file.
    Items { /// `[ {…}, {…} ]`
        Array = "array", /// `{ "0001": {…}, "0005": {…} }`
        Map = "map", /// One object is one record.
        One = "one", /// Reading takes an array or one object; writing makes an array.
        OneOrArray = "one-or-array", /// One object per line.
        Lines = "lines" }
);
named!(
    /// How often a kind of record occurs (within its group, if it is in one).
    Occurs { /// Exactly once.
        One = "one", /// Once or not at all.
        Optional = "optional", /// Once or more.
        Many = "many", /// Any number of times.
        Any = "any" }
);
named!(
    /// Type of a field: its form in the file, in JSON and in SQL.
    FieldType { /// Digits only, zeros kept.
        Digits = "digits", /// Printable ASCII, usually with a code table.
        Code = "code", /// Printable ASCII.
        Ascii = "ascii", /// Any characters of the encoding but controls.
        Text = "text", /// Single-byte kana of a class.
        Kana = "kana", /// Whole number.
        Int = "int", /// Whole yen.
        Yen = "yen", /// Calendar date.
        Date = "date", /// Four digits.
        Year = "year", /// `YYYYMM`.
        Month = "month", /// `HHMMSS`.
        Time = "time", /// ISO 8601 with offset.
        Timestamp = "timestamp", /// `MMDD`, no year.
        Mmdd = "mmdd", /// Blanks; not carried.
        Filler = "filler" }
);
named!(
    /// Written form of a date.
    DateForm { /// `20261005`
        Yyyymmdd = "yyyymmdd", /// `2026-10-05`
        Dashes = "yyyy-mm-dd", /// `2026/10/5`, with or without leading zeros.
        Slashes = "yyyy/m/d", /// `令和8年10月5日`
        EraKanji = "era-kanji", /// `R8.10.5`
        EraDots = "era-dots", /// `R081005`
        EraCompact = "era-compact", /// `081005`: era year without era, the current era is meant.
        YymmddEra = "yymmdd-era" }
);
named!(
    /// Character class of a single-byte kana field (zengin rules).
    Class { /// 銀行名・支店名.
        BankName = "bank_name", /// 依頼人名・受取人名・預金者名.
        PartyName = "party_name", /// Names of a payroll file.
        PayrollName = "payroll_name", /// EDI情報.
        EdiInfo = "edi_info" }
);
named!(
    /// Named check of a field value.
    Check { /// 法人番号, 13 digits with check digit.
        CorporateNumber = "corporate_number", /// 適格請求書発行事業者登録番号, T and 13 digits.
        InvoiceNumber = "invoice_number", /// 全国地方公共団体コード, 6 digits with check digit.
        LocalBody = "local_body", /// eL-QR string of 255 digits.
        Elqr = "elqr", /// GS1-128 of a payment slip, 44 digits.
        Gs1128 = "gs1_128", /// Account number of seven digits that is not all zeros.
        ZenginAccount = "zengin_account" }
);
named!(
    /// How a value fills its fixed length.
    Pad { /// Zeros before the value.
        ZeroLeft = "zero-left", /// Blanks after the value.
        SpaceRight = "space-right", /// Blanks before the value.
        SpaceLeft = "space-left" }
);
named!(
    /// How an absent optional number is written in a fixed file.
    Blank { /// All zeros.
        Zeros = "zeros", /// All blanks.
        Spaces = "spaces" }
);
named!(
    /// A value the program makes.
    Auto { /// Number of the record within its kind (within its group, if it is in one), from 1.
        Sequence = "sequence", /// The layout's version.
        LayoutVersion = "layout_version" }
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
            FieldType::Filler => return None,
            _ => "text",
        })
    }

    /// Whether the type is written as a JSON number.
    pub const fn is_number(self) -> bool {
        matches!(self, FieldType::Int | FieldType::Yen | FieldType::Year)
    }

    /// Whether the value in the file consists of digits (and a sign) only, so that fixed fields are padded with zeros.
    pub const fn is_numeric(self) -> bool {
        matches!(self, FieldType::Digits | FieldType::Int | FieldType::Yen | FieldType::Year | FieldType::Month | FieldType::Time)
            || matches!(self, FieldType::Date | FieldType::Mmdd)
    }
}
