//! Layouts on whole files: what is read, what is refused and where, what is written, and that reading undoes writing.

mod folders;
mod layouts;
mod read;
mod samples;
mod support;
