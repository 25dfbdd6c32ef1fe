//! The page of a job, as files and in a real browser.

use std::path::{Path, PathBuf};
use std::time::Duration;

use batchwise_emulator::{EmulatorConfig, Fault, FaultRule, Method, SpaceConfig};
use tempfile::TempDir;

use crate::support::{Cli, Emulated, Ended, file};

/// Lines that are no ids, and markup.
const HOSTILE: &str =
    "<img src=x onerror=alert(1)>\n</script><script>alert(2)</script>\n\"><svg onload=alert(3)>\n\u{202e}gnp.exe\n";

fn ids(count: u64) -> String {
    (1..=count).map(|id| format!("{id}\n")).collect()
}

/// An emulator that refuses import 3 by name, never tells of import 5, and loses the answer of its second call.
fn troubled() -> Emulated {
    let space = SpaceConfig::any().poison(vec![3]).silent(vec![5]);
    let lost = FaultRule::new(Fault::ResetAfter).on(Method::CalltouchImport).nth(2);
    Emulated::with(EmulatorConfig::default().calltouch_import(space).fault(lost))
}

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A job whose journal is `job.db`, and whose result files are in `results`.
    fn delete(&self, emulated: &Emulated, args: &str, input: impl AsRef<[u8]>) -> Ended {
        Cli::new(
            &emulated.url(),
            &format!("calltouch-import delete --yes -q --max-attempts 2 {args}"),
        )
        .arg("--journal")
        .arg(self.path("job.db"))
        .arg("--results-dir")
        .arg(self.path("results"))
        .input(&file(".txt", input))
        .run()
    }

    fn report(&self, of: &str, args: &str) -> Ended {
        Cli::bare(&format!("report {args}"))
            .env("BATCHWISE_STATE_DIR", self.path("state").to_str().unwrap())
            .arg(self.path(of))
            .within(self.0.path())
            .run()
    }
}

#[test]
fn a_page_tells_what_happened_what_is_left_and_what_to_do_next() {
    let desk = Desk::new();
    desk.delete(&troubled(), "--keep-going", format!("{}{HOSTILE}", ids(250)))
        .with_code(1);
    desk.report("job.db", "--html page.html")
        .with_code(0)
        .says("page in page.html");
    let page = desk.read("page.html");
    for text in [
        "248 of 254 import logs are gone; 5 are not, and of 1 nobody can tell.",
        "were refused and are STILL there, or never were valid",
        "job.db --retry-failed",
        "what the quota allows",
        "the connection broke before the answer was there",
        "All of them are on this page.",
    ] {
        // No quota was kept here.
        let told = page.contains(text) || text == "what the quota allows";
        assert!(told, "`{text}` is missing");
    }
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("<img") && !page.contains("<svg onload") && page.matches("<script>").count() == 1);
    assert!(!page.contains("secret-token"));
}

#[test]
fn a_page_is_its_owners_alone_and_overwrites_nothing_unasked() {
    let desk = Desk::new();
    desk.delete(&Emulated::any(), "", "1\n").with_code(0);
    let write = |args: &str| desk.report("job.db", &format!("--html page.html {args}"));
    write("").with_code(0);
    write("").with_code(2).says("--force");
    write("--force").with_code(0);
    std::fs::write(desk.path("mine.html"), "mine").unwrap();
    desk.report("job.db", "--html mine.html").with_code(2);
    assert_eq!(desk.read("mine.html"), "mine");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(desk.path("page.html")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // A name that leads nowhere is somebody's all the same.
        std::os::unix::fs::symlink(desk.path("nowhere"), desk.path("link.html")).unwrap();
        desk.report("job.db", "--html link.html").with_code(2).says("is there");
    }
    // Nothing half-written lies beside them.
    let left: Vec<_> = std::fs::read_dir(desk.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part"))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_page_that_cannot_be_written_says_where() {
    let desk = Desk::new();
    desk.delete(&Emulated::any(), "", "1\n").with_code(0);
    desk.report("job.db", "--html nowhere/page.html")
        .with_code(2)
        .says("--html: `nowhere/page.html` cannot be written");
}

#[test]
fn a_page_of_a_huge_job_holds_the_rare_failures_and_says_what_it_leaves_out() {
    let desk = Desk::new();
    desk.delete(
        &troubled(),
        "--limit 10 --keep-going",
        format!("{}{HOSTILE}", ids(9_000)),
    )
    .with_code(3);
    desk.report("job.db", "--html page.html").with_code(0);
    let page = desk.read("page.html");
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!(page.contains("data-outcome=\"rejected\"><td class=\"number\">3<"));
    assert!(
        page.contains("This page holds 2,000 of 8,9"),
        "what is held is not said"
    );
    assert!(page.contains(" are left out."));
    assert!(page.contains("--only rejected,unknown,busy,unmatched,not_found,not_sent -o csv"));
    assert!(page.contains("it was limited to fewer records (--limit)"));
}

#[test]
fn a_running_job_has_a_page_too() {
    let slow = FaultRule::new(Fault::Slow(Duration::from_millis(900)));
    let emulated = Emulated::with(EmulatorConfig::default().fault(slow.on(Method::CalltouchImport).nth(2)));
    let desk = Desk::new();
    let input = file(".txt", ids(300));
    let running = Cli::new(&emulated.url(), "calltouch-import delete --yes -o ndjson")
        .arg("--journal")
        .arg(desk.path("job.db"))
        .input(&input)
        .start();
    running.line();
    desk.report("job.db", "--html page.html").with_code(0);
    running.end().with_code(0);
    let page = desk.read("page.html");
    assert!(page.contains("The job runs; this is how it stood at"), "{page}");
    desk.report("job.db", "--html page.html --force").with_code(0);
    assert!(desk.read("page.html").contains("All 300 import logs are gone."));
}

#[test]
fn of_a_directory_of_result_files_the_jobs_journal_is_found() {
    let desk = Desk::new();
    let emulated = troubled();
    desk.delete(&emulated, "", ids(10)).with_code(1);
    // Beside them.
    std::fs::copy(desk.path("job.db"), desk.path("results/kept.db")).unwrap();
    assert!(desk.report("results", "").with_code(0).stdout.contains("calls      "));
    desk.report("results", "--html beside.html").with_code(0);
    assert!(desk.read("beside.html").contains("id=\"calls-heading\""));
    std::fs::remove_file(desk.path("results/kept.db")).unwrap();
    // In the state directory.
    let input = file(".txt", ids(10));
    Cli::new(
        &emulated.url(),
        "calltouch-import delete --yes -q --max-attempts 2 --results-dir others",
    )
    .env("BATCHWISE_STATE_DIR", desk.path("state").to_str().unwrap())
    .within(desk.0.path())
    .input(&input)
    .run()
    .with_code(1);
    let table = desk.report("others", "").with_code(0).stdout;
    assert!(table.contains("state/journals/"), "{table}");
    assert_eq!(desk.report("others", "-o ndjson").with_code(0).rows().len(), 10);
}

#[test]
fn result_files_without_their_journal_tell_what_they_carry() {
    let desk = Desk::new();
    desk.delete(&troubled(), "--keep-going", format!("{}7\n{HOSTILE}", ids(20)))
        .with_code(1);
    let table = desk.report("results", "").with_code(0).stdout;
    for line in [
        "       18  presumed_deleted",
        "        5  rejected",
        "        1  unknown",
        "       24  records, 18 in the wanted state; 1 more repeat one of them",
        "journal    none was found",
    ] {
        assert!(table.contains(line), "`{line}` is missing:\n{table}");
    }
    desk.report("results", "-o ndjson")
        .with_code(2)
        .says("need the job's journal");
    desk.report("results", "--html page.html").with_code(0);
    let page = desk.read("page.html");
    assert!(page.contains("18 of 24 records are in the wanted state; 5 are not, and of 1 nobody can tell."));
    assert!(page.contains("calls, waits, faults and runs are not known here"));
    assert!(page.contains("records settled a second") && !page.contains("<img"));
    assert_eq!(page.matches("<tr data-outcome").count(), 6);
}

#[test]
fn result_files_of_ndjson_are_read_as_well() {
    let desk = Desk::new();
    let lines: String = (1..=4)
        .map(|id| format!("{{\"id\":{id},\"note\":\"<b>{id}\"}}\n"))
        .collect();
    Cli::new(
        &troubled().url(),
        "calltouch-import delete --yes -q --no-journal --max-attempts 2 --results-dir results",
    )
    .within(desk.0.path())
    .input(&file(".ndjson", lines))
    .run()
    .with_code(1);
    assert!(desk.path("results/failed.ndjson").exists());
    let table = desk.report("results", "").with_code(0).stdout;
    assert!(table.contains("  4  records, 3 in the wanted state"), "{table}");
    desk.report("results", "--html page.html").with_code(0);
    let page = desk.read("page.html");
    assert!(page.contains("&quot;note&quot;:&quot;&lt;b&gt;3&quot;"), "{page}");
}

#[test]
fn a_directory_without_a_job_says_so() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("empty")).unwrap();
    desk.report("empty", "").with_code(2).says("neither result files");
    std::fs::write(desk.path("empty/failed.csv"), "id,note\n1,mine\n").unwrap();
    desk.report("empty", "")
        .with_code(2)
        .says("is no result file of batchwise");
}

#[cfg(unix)]
mod in_a_browser {
    use super::*;
    use crate::support::browser::Browser;

    /// Opens a page, and holds it against what is true of every page.
    fn opened(browser: &mut Browser, page: &Path) {
        browser.open(page);
        let requested = browser.requested();
        let only = |url: &String| url.starts_with("file://") || url.starts_with("data:");
        assert!(requested.iter().all(only), "asked for: {requested:?}");
        assert_eq!(requested.iter().filter(|url| url.starts_with("file://")).count(), 1);
        assert_eq!(browser.console(), [""; 0]);
    }

    fn number(browser: &mut Browser, expression: &str) -> f64 {
        browser.value(expression).as_f64().unwrap()
    }

    /// The contrast of a text with what lies behind it, by WCAG.
    const CONTRAST: &str = "(() => {
        const light = (colour) => {
            const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => {
                const share = part / 255;
                return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
                const colour = getComputedStyle(at).backgroundColor;
                if (colour !== 'rgba(0, 0, 0, 0)' && colour !== 'transparent') return colour;
            }
            return 'rgb(255, 255, 255)';
        };
        let least = 99, where = '';
        for (const element of document.querySelectorAll('h1, h2, p, th, td, dt, dd, li, span, b, code, summary, button, figcaption, caption')) {
            if (!element.textContent.trim()) continue;
            const [one, other] = [light(getComputedStyle(element).color), light(behind(element))];
            const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            if (contrast < least) { least = contrast; where = element.outerHTML.slice(0, 80); }
        }
        return [least, where];
    })()";

    fn is_legible(browser: &mut Browser, scheme: &str) {
        let found = browser.value(CONTRAST);
        assert!(found[0].as_f64().unwrap() >= 4.5, "{scheme}: {found}");
    }

    #[test]
    fn the_page_loads_nothing_is_legible_light_and_dark_and_its_search_finds() {
        let Some(mut browser) = Browser::start() else { return };
        let desk = Desk::new();
        desk.delete(&troubled(), "--keep-going", format!("{}{HOSTILE}", ids(250)))
            .with_code(1);
        desk.report("job.db", "--html page.html").with_code(0);
        let page = desk.path("page.html");

        browser.as_for(1200, "light");
        opened(&mut browser, &page);
        is_legible(&mut browser, "light");
        let light = browser.value("getComputedStyle(document.body).backgroundColor");
        let picture = browser.picture();
        browser.as_for(1200, "dark");
        opened(&mut browser, &page);
        is_legible(&mut browser, "dark");
        assert_ne!(browser.value("getComputedStyle(document.body).backgroundColor"), light);
        assert_ne!(browser.picture(), picture);

        // Nothing of the input became a part of the page.
        for hostile in ["img", "svg[onload]", "body script + script", "iframe", "[onerror]"] {
            assert_eq!(
                number(&mut browser, &format!("document.querySelectorAll('{hostile}').length")),
                0.0
            );
        }
        // After its script ran: the search is there, and all rows.
        let dom = browser.value("document.documentElement.outerHTML");
        assert!(
            dom.as_str()
                .unwrap()
                .contains("<span id=\"shown\" role=\"status\" aria-live=\"polite\">6 rows</span>")
        );
        browser.value("document.getElementById('search').focus()");
        browser.types("ALERT(2)");
        let visible = "[...document.querySelectorAll('#records tbody tr')].filter((row) => row.checkVisibility())";
        assert_eq!(number(&mut browser, &format!("{visible}.length")), 1.0);
        let row = browser.value(&format!("{visible}[0].textContent"));
        assert!(
            row.as_str().unwrap().contains("</script><script>alert(2)</script>"),
            "{row}"
        );
        assert_eq!(
            browser.value("document.getElementById('shown').textContent"),
            "1 row of 6"
        );
        browser.types(" and no such thing");
        assert_eq!(number(&mut browser, &format!("{visible}.length")), 0.0);
        assert_eq!(browser.value("document.getElementById('none').checkVisibility()"), true);
        browser.value("document.getElementById('clear').click()");
        assert_eq!(number(&mut browser, &format!("{visible}.length")), 6.0);
        // A reason lists its records.
        browser.value("document.querySelector('button[data-outcome=unknown]').click()");
        let row = browser.value(&format!("{visible}.map((row) => row.cells[1].textContent).join()"));
        assert_eq!(row, "5");
        assert_eq!(browser.console(), [""; 0]);
    }

    #[test]
    fn a_narrow_window_scrolls_tables_and_not_the_page() {
        let Some(mut browser) = Browser::start() else { return };
        let desk = Desk::new();
        desk.delete(
            &troubled(),
            "--keep-going",
            format!("{}{HOSTILE}{}\n", ids(250), "x".repeat(500)),
        )
        .with_code(1);
        desk.report("job.db", "--html page.html").with_code(0);
        for width in [360, 768] {
            browser.as_for(width, "light");
            opened(&mut browser, &desk.path("page.html"));
            let wide = number(&mut browser, "document.documentElement.scrollWidth");
            assert!(wide <= f64::from(width), "{width}: {wide}");
        }
    }

    #[test]
    fn pictures_have_names_and_tables_have_heads() {
        let Some(mut browser) = Browser::start() else { return };
        let desk = Desk::new();
        desk.delete(&troubled(), "", ids(250)).with_code(1);
        desk.report("job.db", "--html page.html").with_code(0);
        desk.report("results", "--html files.html").with_code(0);
        for page in ["page.html", "files.html"] {
            opened(&mut browser, &desk.path(page));
            for (what, expression) in [
                (
                    "a picture without a name",
                    "[...document.querySelectorAll('svg')].filter((svg) => !svg.getAttribute('aria-labelledby').split(' ').every((id) => document.getElementById(id)?.textContent))",
                ),
                (
                    "a table without a head",
                    "[...document.querySelectorAll('table')].filter((table) => !table.querySelector('thead th[scope=col]'))",
                ),
                (
                    "a field without a label",
                    "[...document.querySelectorAll('input, select')].filter((field) => !field.ariaLabel)",
                ),
                (
                    "an id twice",
                    "[...document.querySelectorAll('[id]')].filter((one) => document.querySelectorAll('#' + one.id).length > 1)",
                ),
                (
                    "a class twice",
                    "[...document.querySelectorAll('[class=\"word\"]')].filter((one) => !one.textContent)",
                ),
                (
                    "a heading out of order",
                    "[...document.querySelectorAll('h1')].slice(1)",
                ),
            ] {
                assert_eq!(
                    number(&mut browser, &format!("{expression}.length")),
                    0.0,
                    "{page}: {what}"
                );
            }
        }
    }

    #[test]
    fn the_page_is_printed_light_and_whole() {
        let Some(mut browser) = Browser::start() else { return };
        let desk = Desk::new();
        desk.delete(&troubled(), "", ids(250)).with_code(1);
        desk.report("job.db", "--html page.html").with_code(0);
        browser.as_for(1200, "dark");
        opened(&mut browser, &desk.path("page.html"));
        browser.ask(
            "Emulation.setEmulatedMedia",
            &serde_json::json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}),
        );
        assert_eq!(
            browser.value("getComputedStyle(document.body).backgroundColor"),
            "rgb(255, 255, 255)"
        );
        is_legible(&mut browser, "print");
        assert_eq!(
            browser.value("document.getElementById('tools').checkVisibility()"),
            false
        );
        assert_eq!(
            browser.value("getComputedStyle(document.querySelector('.longlist')).maxHeight"),
            "none"
        );
    }
}
