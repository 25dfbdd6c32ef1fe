//! `batchwise man`.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::ManArgs;
use crate::args::Cli;
use crate::failure::{Exit, Failure};
use crate::nearest::nearest;
use crate::stdout::print;

/// Prints a page, or writes all of them.
pub(crate) fn pages(args: &ManArgs) -> Result<Exit, Failure> {
    match &args.dir {
        Some(directory) => {
            let place = directory.display().to_string();
            let unwritable = |error: std::io::Error| {
                Failure::usage(format!("the pages cannot be written: {error}")).at(place.clone())
            };
            std::fs::create_dir_all(directory).map_err(unwritable)?;
            clap_mangen::generate_to(Cli::command(), directory).map_err(unwritable)?;
        }
        None => {
            let mut command = Cli::command().disable_help_subcommand(true);
            command.build();
            print(&page(named(&command, &args.command)?)?)?;
        }
    }
    Ok(Exit::Reached)
}

/// The command of these words.
fn named<'a>(command: &'a Command, words: &[String]) -> Result<&'a Command, Failure> {
    let mut found = command;
    for word in words {
        let known = || found.get_subcommands().map(Command::get_name);
        found = found.find_subcommand(word).ok_or_else(|| {
            let failure = Failure::usage(format!("there is no command `{word}` in `{}`", found.get_name()));
            match nearest(word, known()) {
                Some(near) => failure.mend(format!("did you mean `{near}`?")),
                None => failure.mend(format!("take one of {}", known().collect::<Vec<_>>().join(", "))),
            }
        })?;
    }
    Ok(found)
}

fn page(command: &Command) -> Result<String, Failure> {
    // A page is called after the whole way to its command, as a file of `--dir` is.
    let title = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut page = Vec::new();
    Man::new(command.clone())
        .title(title)
        .render(&mut page)
        .map_err(|error| Failure::fault(format!("the page cannot be made: {error}")))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
