//! Lists the framework files of the catalogue, so that a framework is added by adding its file and nothing else.

use std::path::Path;
use std::{env, fs};

const FOLDER: &str = "src/catalogue/frameworks";

fn main() {
    println!("cargo:rerun-if-changed={FOLDER}");
    let folder =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo says where the package is")).join(FOLDER);
    let files = fs::read_dir(&folder).expect("the catalogue has a folder of frameworks");
    let paths = files.map(|file| file.expect("a file that can be listed").path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
    paths.sort();
    let entry = |path: &Path| {
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        format!("    (\"frameworks/{name}\", include_str!({:?})),\n", path.display().to_string())
    };
    let entries: String = paths.iter().map(|path| entry(path)).collect();
    let code = format!("const FRAMEWORKS: &[(&str, &str)] = &[\n{entries}];\n");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    fs::write(Path::new(&out).join("frameworks.rs"), code).expect("the list can be written");
}
