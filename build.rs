//! How the program is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |what: &str, value: &str| std::env::var(what).is_ok_and(|own| own == value);
    // At a fixed address: otherwise each start corrects some thirty thousand addresses first, which
    // takes a quarter of the time of a process that does nothing else, and a tenth of the memory of a
    // query. Safe Rust gives an attacker no use for knowing them.
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
