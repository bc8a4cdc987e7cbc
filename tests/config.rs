//! Where settings are looked up: flag, environment, the nearest `paper-search.toml`, the
//! user's file, the default.

use std::fs;

use serde_json::json;

use crate::harness::{Program, Work, digest, paper, path};

/// What a layer says of a setting: whether it is there.
#[derive(Clone, Copy, Debug, Default)]
struct Layers {
    flag: bool,
    environment: bool,
    near: bool,
    user: bool,
}

/// Every layer names another place, which is missing: the message tells which one counts.
fn check(work: &Work, layers: Layers, of: &str, expected: &str) {
    let setting = |place: &str| match of {
        "index" => format!("index = \"{place}\"\n"),
        _ => format!("index = \"index\"\ndigests = [\"{place}\"]\n"),
    };
    for (name, is_there, place) in [
        ("project/paper-search.toml", layers.near, "near"),
        ("home/.config/paper-search/config.toml", layers.user, "user"),
    ] {
        match is_there {
            true => {
                work.write(name, setting(place));
            }
            false => fs::remove_file(work.path(name)).unwrap_or_default(),
        }
    }
    let flag = format!("--{of}");
    let mut args = vec![if of == "index" { "stats" } else { "index" }];
    if layers.flag {
        args.extend([flag.as_str(), "flag"]);
    }
    let mut program = work.bare(args).current_dir(&work.path("project/deep/er"));
    if layers.environment {
        program = program.env(&format!("PAPER_SEARCH_{}", of.to_uppercase()), "environment");
    }
    let outcome = program.run().ends_with(2);
    assert!(outcome.stderr.contains(expected), "{layers:?} {of}: {expected} is not named: {outcome:?}");
}

#[test]
fn the_first_layer_that_has_a_setting_counts() {
    let work = Work::new();
    fs::create_dir_all(work.path("project/deep/er")).unwrap();
    let default = Layers::default();
    let near = path(&work.path("project/near")).to_string();
    let user = path(&work.path("home/.config/paper-search/user")).to_string();
    for (layers, place) in [
        (Layers { flag: true, environment: true, near: true, user: true }, "flag"),
        (Layers { environment: true, near: true, user: true, ..default }, "environment"),
        // Relative to the file in which they stand, not to where the program runs.
        (Layers { near: true, user: true, ..default }, &near),
        (Layers { user: true, ..default }, &user),
    ] {
        check(&work, layers, "index", place);
        check(&work, layers, "digests", place);
    }
    check(&work, default, "index", path(&work.path("home/.local/share/paper-search/index")));
    check(&work, default, "digests", "no digests are named");
}

#[test]
fn the_nearest_file_counts() {
    let work = Work::new();
    fs::create_dir_all(work.path("a/b/c")).unwrap();
    work.write("a/paper-search.toml", "index = \"../outer\"\n");
    work.write("a/b/paper-search.toml", "index = \"inner\"\n");
    for (folder, index) in [("a", "outer"), ("a/b", "b/inner"), ("a/b/c", "b/inner")] {
        work.bare(["stats"]).current_dir(&work.path(folder)).run().complains(&[index]);
    }
    // A file that is named counts instead.
    let named = work.write("named.toml", "index = \"named\"\n");
    let run = |args: &[&str]| work.bare(args).current_dir(&work.path("a/b")).run();
    run(&["--config", path(&named), "stats"]).complains(&[path(&work.path("named"))]);
    run(&["--config", "../../named.toml", "stats"]).complains(&["../../named"]);
    run(&["--config", "../none.toml", "stats"]).complains(&["../none.toml"]);
}

#[test]
fn the_folders_of_xdg() {
    let work = Work::new();
    let (config, data) = (work.path("xdg/config"), work.path("xdg/data"));
    work.write("home/.config/paper-search/config.toml", "index = \"in-home\"\n");
    work.bare(["stats"]).run().complains(&["in-home"]);
    work.bare(["stats"])
        .env("XDG_CONFIG_HOME", &config)
        .run()
        .complains(&[".local/share/paper-search/index"]);
    work.bare(["stats"])
        .env("XDG_CONFIG_HOME", &config)
        .env("XDG_DATA_HOME", &data)
        .run()
        .complains(&[path(&data.join("paper-search/index"))]);
    work.write("xdg/config/paper-search/config.toml", "index = \"in-xdg\"\n");
    work.bare(["stats"])
        .env("XDG_CONFIG_HOME", &config)
        .run()
        .complains(&[path(&config.join("paper-search/in-xdg"))]);
}

#[test]
fn a_tilde_is_the_home_folder() {
    let work = Work::new();
    work.write("paper-search.toml", "index = \"~/index\"\ndigests = [\"~/papers\"]\n");
    work.bare(["check"]).run().complains(&[path(&work.path("home/index"))]);
    work.digest("home/papers/a.txt", "2026-01-05", &[paper("2601.00001", "Quokka Smiles", "They smile.")]);
    work.bare(["query", "quokka"]).run().succeeds();
    assert!(work.path("home/index/current.json").exists());
}

/// The user's file fills in what the project's file leaves open.
#[test]
fn files_complete_each_other() {
    let work = Work::new();
    work.write_old(
        "mine/a.txt",
        digest("2026-01-05", &[paper("2601.00001", "Quokka Smiles", "They smile.")]),
    );
    work.write(
        "home/.config/paper-search/config.toml",
        "index = \"elsewhere\"\ndigests = [\"../../../mine\"]\n",
    );
    work.write("paper-search.toml", "index = \"here\"\n");
    let found = work.bare(["query", "quokka", "--format", "ids"]).run().succeeds();
    assert_eq!((found.stdout.as_str(), found.stderr.lines().count()), ("2601.00001\n", 1));
    assert!(work.path("here/current.json").exists());
    assert!(!work.path("home/.config/paper-search/elsewhere").exists());
}

#[test]
fn the_digests_of_each_layer_are_indexed() {
    let work = Work::new();
    for (number, place) in (1..).zip(["flag", "environment", "another", "project/near", "argument"]) {
        let id = format!("2601.0000{number}");
        work.digest(&format!("{place}/a.txt"), "2026-01-05", &[paper(&id, "Quokka Smiles", "They smile.")]);
    }
    work.write(
        "project/paper-search.toml",
        "index = \"../index\"\ndigests = [\"near\", \"../another/a.txt\"]\n",
    );
    let both = std::env::join_paths([work.path("environment"), work.path("another")]).unwrap();
    let (flag, argument) = (work.path("flag"), work.path("argument"));
    let index = |change: &dyn Fn(Program) -> Program, args: &[&str]| {
        fs::remove_dir_all(work.path("index")).unwrap_or_default();
        let program = work.bare(["index"].iter().chain(args)).current_dir(&work.path("project"));
        change(program).run().succeeds();
        work.ids(["quokka"])
    };
    let as_it_is = |program: Program| program;
    let with_environment = |program: Program| program.env("PAPER_SEARCH_DIGESTS", &both);
    assert_eq!(index(&as_it_is, &[]), ["2601.00003", "2601.00004"]);
    assert_eq!(index(&with_environment, &[]), ["2601.00002", "2601.00003"]);
    assert_eq!(index(&with_environment, &["--digests", path(&flag)]), ["2601.00001"]);
    let two = ["--digests", path(&flag), "--digests", path(&argument)];
    assert_eq!(index(&with_environment, &two), ["2601.00001", "2601.00005"]);
    assert_eq!(index(&with_environment, &["--digests", path(&flag), path(&argument)]), ["2601.00005"]);
    // Empty is as good as not there.
    assert_eq!(index(&|program| program.env("PAPER_SEARCH_DIGESTS", ""), &[]), ["2601.00003", "2601.00004"]);
    work.bare(["stats"]).current_dir(&work.path("project")).env("PAPER_SEARCH_INDEX", "").run().succeeds();
}

/// Only where files say both is the index brought up to date: a person who names one in
/// the command wants that one, as it is.
#[test]
fn an_index_is_made_only_where_files_say_so() {
    let work = Work::new();
    work.write_old(
        "papers/a.txt",
        digest("2026-01-05", &[paper("2601.00001", "Quokka Smiles", "They smile.")]),
    );
    let papers = work.path("papers");
    work.write("paper-search.toml", "index = \"index\"\n");
    work.bare(["query", "quokka"]).run().complains(&["no index"]);
    work.bare(["query", "quokka"]).env("PAPER_SEARCH_DIGESTS", &papers).run().complains(&["no index"]);
    work.bare(["query", "quokka", "--digests", "papers"]).run().complains(&["no index"]);
    work.write("paper-search.toml", "digests = [\"papers\"]\n");
    work.bare(["query", "quokka"]).run().complains(&["no index"]);
    work.bare(["query", "quokka"])
        .env("PAPER_SEARCH_INDEX", work.path("index"))
        .run()
        .complains(&["no index"]);
    work.bare(["query", "quokka", "--index", "index"]).run().complains(&["no index"]);
    work.write("paper-search.toml", "index = \"index\"\ndigests = [\"papers\"]\n");
    work.bare(["query", "quokka", "--no-refresh"]).run().complains(&["no index"]);
    work.bare(["check"]).run().complains(&["no index"]);
    assert!(!work.path("index").exists());
    work.bare(["query", "quokka"]).run().succeeds();
    assert!(work.path("index").exists());
}

#[test]
fn a_file_that_cannot_be_understood_is_an_error_with_its_line() {
    let work = Work::new();
    for (text, named) in [
        (
            "index = \"index\"\n\ndigest = [\"papers\"]\n",
            &["paper-search.toml:3: ", "`digest`", "`digests`"][..],
        ),
        ("[index]\npath = \"index\"\n", &["paper-search.toml:1: "]),
        ("index = \"index\"\ndigests = \"papers\"\n", &["paper-search.toml:2: "]),
        ("# comment\nindex = 1\n", &["paper-search.toml:2: "]),
        ("index = \"index", &["paper-search.toml:1: "]),
        ("index = \"a\"\nindex = \"b\"\n", &["paper-search.toml:2: "]),
        ("\n\nindex \"a\"\n", &["paper-search.toml:3: "]),
    ] {
        let file = work.write("paper-search.toml", text);
        for program in [
            work.bare(["stats"]),
            work.bare(["query", "x"]),
            work.bare(["--config", path(&file), "stats"]).current_dir(&work.path("home")),
            // Also where a flag makes it irrelevant: a mistake is better told than hidden.
            work.bare(["--index", "index", "stats"]),
        ] {
            program.run().complains(named);
        }
        work.bare(["completions", "bash"]).run().succeeds();
        work.bare(["man"]).run().succeeds();
    }
    work.write("paper-search.toml", b"index = \"\xff\"\n");
    work.bare(["stats"]).run().complains(&["paper-search.toml", "UTF-8"]);
    fs::remove_file(work.path("paper-search.toml")).unwrap();
    work.write("home/.config/paper-search/config.toml", "indexx = \"a\"\n");
    work.bare(["stats"]).run().complains(&["config.toml:1: ", "`indexx`"]);
    // A folder of that name is no configuration.
    fs::remove_file(work.path("home/.config/paper-search/config.toml")).unwrap();
    fs::create_dir(work.path("paper-search.toml")).unwrap();
    work.bare(["stats"]).run().complains(&[".local/share/paper-search/index"]);
}

#[test]
fn without_a_home_there_is_no_default() {
    let work = Work::new();
    work.digest("papers/a.txt", "2026-01-05", &[paper("2601.00001", "Quokka Smiles", "They smile.")]);
    // Where the system knows a home all the same, there is one.
    let outcome = work.bare(["stats"]).without_env("HOME").run().ends_with(2);
    assert!((1..=2).contains(&outcome.stderr.lines().count()), "{outcome:?}");
    let index = work.program(["index", "--format", "json", "papers"]).without_env("HOME").run().succeeds();
    assert_eq!(index.json()["papers"]["total"], json!(1));
}
