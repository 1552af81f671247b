//! Builds again when a sample comes or goes: the list of embedded files is fixed when the crate is compiled.

fn main() {
    println!("cargo:rerun-if-changed=samples");
}
