//! How the program is linked.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |what: &str, value: &str| env::var(what).is_ok_and(|own| own == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        // At a fixed address: otherwise each start corrects some thirty thousand addresses first, which
        // takes a quarter of the time of a process that does nothing else, and a tenth of the memory of a
        // query. Safe Rust gives an attacker no use for knowing them.
        println!("cargo::rustc-link-arg-bins=-no-pie");
        if let Some(folder) = static_libraries() {
            println!("cargo::rustc-link-arg-bins=-L{}", folder.display());
            println!("cargo::rustc-link-arg-bins=-static");
        }
        if links_by_lld() {
            let order = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join(ORDER);
            println!("cargo::rerun-if-changed={ORDER}");
            println!("cargo::rustc-link-arg-bins=-Wl,--symbol-ordering-file={}", order.display());
            println!("cargo::rustc-link-arg-bins=-Wl,--no-warn-symbol-ordering");
        }
    }
}

/// The functions that a query calls, or the run that adds a digest, as `tools/order.py` finds them: one
/// in twenty of all. Side by side they lie in 29 to 40 pieces of 64 kB, and not in 72, and the first
/// call into a piece is a trap into the kernel that maps it. A name that is no function's does nothing.
const ORDER: &str = "crates/cli/order.txt";

/// Whether the linker is the one that comes with Rust, which takes an order.
fn links_by_lld() -> bool {
    let chosen = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_chosen = ["linker", "-fuse-ld", "link-self-contained"].iter().any(|flag| chosen.contains(flag));
    let sysroot = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--print", "sysroot"])
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok());
    let (Some(sysroot), Ok(target)) = (sysroot, env::var("TARGET")) else { return false };
    let own = Path::new(sysroot.trim()).join("lib/rustlib").join(&target).join("bin/gcc-ld/ld.lld");
    // On other targets it comes as well, but is not the one that links.
    target == "x86_64-unknown-linux-gnu"
        && !is_chosen
        && env::var_os("RUSTC_LINKER").is_none()
        && own.exists()
}

/// The libraries of C that Rust's own links to, by the names under which it asks for them.
const LIBRARIES: [(&str, &str); 3] = [("c", "libc.a"), ("m", "libm.a"), ("gcc_s", "libgcc_eh.a")];

/// Makes a folder in which these libraries are static ones, where they are installed: to find, map
/// and join the shared ones takes a fifth of the time of a process that does nothing else. None of
/// what the program calls loads a library later. (`crt-static` does the same, but only where a target
/// is named, and then the program lies elsewhere.)
fn static_libraries() -> Option<PathBuf> {
    if env::var("HOST").ok()? != env::var("TARGET").ok()? {
        return None;
    }
    let linker = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let folder = Path::new(&env::var_os("OUT_DIR")?).join("static");
    fs::create_dir_all(&folder).ok()?;
    for (name, file) in LIBRARIES {
        let found = Command::new(&linker).arg(format!("-print-file-name={file}")).output().ok()?;
        let path = PathBuf::from(String::from_utf8(found.stdout).ok()?.trim());
        // A library that is not there is told by its name alone.
        if !path.is_absolute() {
            return None;
        }
        fs::write(folder.join(format!("lib{name}.so")), format!("INPUT({})\n", path.display())).ok()?;
    }
    Some(folder)
}
