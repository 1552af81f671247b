//! From master data to a name a bank accepts (bank.md §3.2).
