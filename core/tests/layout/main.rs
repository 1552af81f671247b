//! Layouts on whole files: what is read, what is refused and where, what is written, and that reading undoes writing.

mod chunk;
mod corpus;
mod faults;
mod folders;
mod fuzz;
mod jp_pint;
mod kit;
mod layouts;
mod memory;
mod messages;
mod mutate;
mod property;
mod read;
mod readers;
mod record_faults;
mod samples;
mod spread;
mod support;
mod toml_faults;
mod totals;
mod urgent;
mod values;
mod write;
mod xml;
