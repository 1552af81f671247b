//! Suggested abbreviations of legal forms and businesses in account names (bank.md §3.3).
