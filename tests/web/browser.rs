//! The page in a real browser.

use std::time::Duration;

use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Locator, actions};
use serde_json::json;

use super::chromium::{Look, Page, USUAL, browse};
use super::server::Server;
use crate::harness::{Work, paper};

/// How many hits the page says there are.
const COUNT: &str = "document.querySelector('.count strong:last-of-type').textContent";

#[test]
fn the_page_answers_as_one_types() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    browse(USUAL, async |page: Page| {
        page.goto(&server.url("/")).await;
        assert_eq!(page.eval("return document.activeElement.id").await, "q", "one can type at once");
        page.keys("speculative").await;
        page.until("location.search === '?q=speculative'").await;
        page.keys(" decoding").await;
        page.until(&format!("{COUNT} === '9 papers'")).await;
        assert_eq!(page.address().await, "/?q=speculative+decoding");
        assert!(
            page.eval("return document.title").await.as_str().unwrap().starts_with("speculative decoding")
        );
        assert!(
            page.eval("return document.querySelectorAll('.hit h2 mark').length").await.as_u64() > Some(3)
        );
        assert!(
            page.eval("return document.querySelectorAll('.summary mark').length").await.as_u64() > Some(3)
        );

        // What is typed in one go is one step back.
        page.client.back().await.unwrap();
        page.until(&format!("{COUNT} === '44 papers'")).await;
        assert_eq!(page.eval("return document.getElementById('q').value").await, "");
        page.client.forward().await.unwrap();
        page.until(&format!("{COUNT} === '9 papers'")).await;
        assert_eq!(page.eval("return document.getElementById('q').value").await, "speculative decoding");

        // The last word is completed.
        page.eval("document.getElementById('q').focus()").await;
        page.eval("document.getElementById('q').value = ''").await;
        page.keys("dec").await;
        page.until("document.querySelector('#completions button')?.textContent === 'decoding'").await;
        page.click("#completions button").await;
        page.until("location.search === '?q=decoding+'").await;

        // The answer to what was typed first is not waited for.
        page.eval(
            "const real = fetch;
             window.fetch = (address, options) => {
               if (window.asked || !address.startsWith('/part')) return real(address, options);
               window.asked = address;
               return new Promise((_, fail) => options.signal.addEventListener('abort', () => {
                 window.aborted = true;
                 fail(new DOMException('given up', 'AbortError'));
               }));
             };",
        )
        .await;
        page.keys("draft").await;
        page.until("window.asked").await;
        page.keys(" tree").await;
        page.until("window.aborted && location.search.endsWith('tree')").await;
        page.until("document.querySelector('#view:not([aria-busy]) .hit h2 mark')").await;
    });
}

#[test]
fn filters_are_chosen_brushed_and_taken_away() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    browse(USUAL, async |page: Page| {
        page.goto(&server.url("/?q=decoding")).await;
        page.eval("window.same = true").await;
        page.click(".values a[title='Baozhen Xue']").await;
        page.until(&format!("{COUNT} === '1 paper'")).await;
        assert_eq!(page.address().await, "/?q=decoding&author=Baozhen+Xue");
        assert_eq!(
            page.eval("return document.querySelector('.chips').innerText")
                .await
                .as_str()
                .unwrap()
                .trim()
                .replace('\n', " "),
            "Author Baozhen Xue ×"
        );
        page.click(".chips a").await;
        page.until(&format!("{COUNT} === '9 papers'")).await;

        // From one bar of the histogram to the next.
        let bars = page.client.find_all(Locator::Css("[data-bar] .room")).await.unwrap();
        assert_eq!(bars.len(), 12);
        let [from, to] = [&bars[0], &bars[10]];
        drag(&page, from, to).await;
        page.until(&format!("{COUNT} === '2 papers'")).await;
        assert_eq!(page.address().await, "/?q=decoding&from=2025-04&to=2026-02");
        assert_eq!(page.eval("return document.querySelectorAll('.histogram .chosen').length").await, 11);
        assert_eq!(
            page.eval("return document.querySelectorAll('.chips li').length").await,
            3,
            "two, and the way to clear both"
        );
        page.client.back().await.unwrap();
        page.until(&format!("{COUNT} === '9 papers'")).await;
        // One bar alone, by a click.
        page.click("[data-bar][data-from='2026-03'] .room").await;
        page.until(&format!("{COUNT} === '7 papers'")).await;
        assert_eq!(page.address().await, "/?q=decoding&from=2026-03&to=2026-03");

        // Days as typed, orders, pages.
        page.click(".chips .clear").await;
        page.until(&format!("{COUNT} === '9 papers'")).await;
        page.click("form.days input[name=from]").await;
        page.keys("2026-03-10\n").await;
        page.until("location.search.includes('from=2026-03-10')").await;
        page.until("document.querySelector('.chips')?.innerText.includes('2026-03-10')").await;
        page.click(".orders a:last-child").await;
        page.until("location.search.includes('sort=oldest') && document.querySelector('.orders a:last-child[aria-current]')").await;

        page.goto(&server.url("/?limit=5")).await;
        page.eval("window.same = true").await;
        let first = page.ids().await;
        page.click(".pager [rel=next]").await;
        page.until("location.search.includes('offset=5')").await;
        page.until("document.querySelector('.pager [rel=prev]')").await;
        let second = page.ids().await;
        assert!(first.len() == 5 && second.len() == 5 && first.iter().all(|id| !second.contains(id)));
        assert_eq!(page.eval("return window.same").await, true, "the page was never loaded anew");

        // Whoever is given the address sees the same.
        let address = page.address().await;
        page.goto(&server.url(&address)).await;
        assert_eq!(page.ids().await, second);
        page.client.back().await.unwrap();
        page.until("!location.search.includes('offset')").await;
    });
}

async fn drag(page: &Page, from: &Element, to: &Element) {
    let to_element = |element: &Element| PointerAction::MoveToElement {
        element: element.clone(),
        duration: Some(Duration::from_millis(20)),
        x: 0.0,
        y: 0.0,
    };
    let mouse = MouseActions::new("mouse".to_string())
        .then(to_element(from))
        .then(PointerAction::Down { button: actions::MOUSE_BUTTON_LEFT })
        .then(to_element(to))
        .then(PointerAction::Up { button: actions::MOUSE_BUTTON_LEFT });
    page.client.perform_actions(mouse).await.unwrap();
}

#[test]
fn all_of_it_by_keyboard() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    browse(USUAL, async |page: Page| {
        page.goto(&server.url("/?q=draft&lang=en")).await;
        let ids = page.ids().await;
        let focused = "return document.activeElement.dataset.id ?? null";
        page.keys("j").await;
        assert_eq!(page.eval(focused).await, json!(ids[0]));
        page.keys("j").await;
        assert_eq!(page.eval(focused).await, json!(ids[1]));
        page.keys("k").await;
        assert_eq!(page.eval(focused).await, json!(ids[0]));
        let open = "return document.activeElement.querySelector('details').open";
        page.keys(&Key::Enter.to_string()).await;
        assert_eq!(page.eval(open).await, true);
        assert!(
            page.eval("return document.activeElement.querySelector('details > p').checkVisibility()").await
                == true
        );
        page.keys(&Key::Enter.to_string()).await;
        assert_eq!(page.eval(open).await, false);
        page.keys("b").await;
        page.until("document.getElementById('toast').textContent === 'Copied'").await;
        page.keys("?").await;
        assert_eq!(page.eval("return document.getElementById('help').open").await, true);
        page.keys(&Key::Escape.to_string()).await;
        page.until("!document.getElementById('help').open").await;
        page.keys("/").await;
        assert_eq!(page.eval("return document.activeElement.id").await, "q");
        // In the box, keys are letters.
        page.keys("jk?").await;
        page.until("location.search === '?q=jk%3F&lang=en'").await;
        page.keys(&format!("{}", Key::Escape)).await;
        assert_eq!(page.eval("return document.activeElement === document.body").await, true);
        page.keys("/").await;
        page.keys("draft\n").await;
        page.until("location.search === '?q=draft&lang=en' && document.querySelector('article.hit')").await;
        page.until("document.activeElement.matches('article.hit, #q')").await;
        page.eval("document.activeElement.blur()").await;
        page.keys("js").await;
        page.until("location.pathname.startsWith('/papers/') && location.hash === '#similar'").await;
        page.until("document.querySelector('#similar article.hit')").await;
    });
}

#[test]
fn it_works_without_scripts() {
    let work = Work::with_samples();
    let server = Server::start(&work);
    browse(Look { scripts: false, ..USUAL }, async |page: Page| {
        page.goto(&server.url("/")).await;
        let find = |css: &'static str| {
            let client = page.client.clone();
            async move {
                let found = client.wait().for_element(Locator::Css(css)).await;
                found.unwrap_or_else(|error| panic!("{css}: {error}"))
            }
        };
        find("#q").await.send_keys("speculative decoding\n").await.unwrap();
        page.arrives("/?q=speculative+decoding").await;
        assert_eq!(find(".count strong").await.text().await.unwrap(), "9 papers");
        page.click(".values a[title='Baozhen Xue']").await;
        page.arrives("/?q=speculative+decoding&author=Baozhen+Xue").await;
        assert_eq!(find(".count strong").await.text().await.unwrap(), "1 paper");
        // The form keeps the filter.
        find("#q").await.send_keys(" trees\n").await.unwrap();
        page.arrives("/?q=speculative+decoding+trees&author=Baozhen+Xue").await;
        page.click(".chips a").await;
        page.click("[data-bar][data-from='2026-02'] .room").await;
        page.arrives("from=2026-02&to=2026-02").await;
        page.click("details.abstract summary").await;
        assert!(find("details.abstract > p").await.is_displayed().await.unwrap());
        page.click("a.similar").await;
        assert!(find("#similar article.hit").await.is_displayed().await.unwrap());
        page.click("a.help").await;
        assert!(find("main kbd").await.is_displayed().await.unwrap());
        page.click("a.language").await;
        page.arrives("/help?lang=zh").await;
        assert_eq!(find("html").await.attr("lang").await.unwrap().as_deref(), Some("zh-Hans"));
    });
}

#[test]
fn saved_searches_are_counted_read_and_marked() {
    let work = Work::with_samples();
    work.run(["save", "推测", "推测解码", "--unseen"]).succeeds();
    let server = Server::start(&work);
    browse(USUAL, async |page: Page| {
        // What is new is counted while the page is there already.
        page.goto(&server.url("/")).await;
        page.until("document.querySelector('[data-saved] .new').textContent === '9 new'").await;
        // It stays so when one types, and takes it back.
        page.keys("x").await;
        page.until("location.search === '?q=x' && !document.querySelector('[data-saved]')").await;
        page.keys(&Key::Backspace.to_string()).await;
        page.until("document.querySelector('[data-saved] .new')?.textContent === '9 new'").await;
        page.click("[data-saved]").await;
        page.until("location.pathname.startsWith('/saved/')").await;
        assert_eq!(page.ids().await.len(), 9);
        page.keys("j").await;
        assert_eq!(page.eval("return document.activeElement.className").await, "hit");
        page.click("form.change button").await;
        page.until("document.querySelector('.count strong').textContent === 'Nothing new'").await;
        assert!(page.ids().await.is_empty());

        // Another one is saved from what is shown, under a name that is typed.
        page.goto(&server.url("/?q=quantization")).await;
        page.click("a.save").await;
        page.until("document.activeElement?.name === 'name'").await;
        page.keys("bits\n").await;
        page.until("location.pathname === '/saved/bits'").await;
        page.click("details.remove summary").await;
        page.click("details.remove button").await;
        page.until("location.pathname === '/saved'").await;
        assert_eq!(page.eval("return document.querySelectorAll('[data-saved]').length").await, 1);
    });
    browse(Look { scripts: false, language: "zh-CN", ..USUAL }, async |page: Page| {
        page.goto(&server.url("/save?q=draft")).await;
        page.click("input[name=name]").await;
        page.keys("草稿\n").await;
        page.arrives("/saved/%E8%8D%89%E7%A8%BF").await;
        let title = page.client.find(Locator::Css("h1")).await.unwrap().text().await.unwrap();
        assert_eq!(title, "草稿");
    });
}

#[test]
fn what_papers_say_does_nothing() {
    let work = Work::new();
    let bad = "<img src=x onerror=\"window.hacked=1;alert(1)\"><script>window.hacked=2</script><svg onload=\"window.hacked=3\">\u{202e}";
    let papers = [
        paper("2601.00001", &format!("Wombat {bad}"), &format!("Wombat {bad} and more wombats"))
            .summary(&format!("袋熊 {bad}"))
            .authors(&format!("Ann {bad}, Bo\" onmouseover=\"window.hacked=4"))
            .link("javascript:window.hacked=5"),
        paper("2601.00002", "Second Wombat", "A wombat.").link("JAVASCRIPT:alert(6)"),
    ];
    work.digest("d/<img src=x onerror=alert(7)>.txt", "2026-01-06", &papers);
    work.run(["index", "d"]).succeeds();
    let server = Server::start(&work);
    browse(USUAL, async |page: Page| {
        page.goto(&server.url("/")).await;
        page.until("document.activeElement?.name === 'q'").await;
        page.keys("wombat <img src=x onerror=alert(8)>").await;
        page.until(&format!("{COUNT} === '2 papers' && location.search.includes('alert')")).await;
        page.eval("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
            .await;
        let harmless = async |page: &Page| {
            // What a text made would have had the time to act.
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(page.client.get_alert_text().await.is_err(), "a dialog");
            assert_eq!(page.eval("return window.hacked ?? null").await, json!(null));
            let made = "return document.querySelectorAll('img, main svg, iframe, script:not([src])').length";
            assert_eq!(page.eval(made).await, 0);
            let links =
                "return [...document.links].filter((link) => !/^https?:$/.test(link.protocol)).length";
            assert_eq!(page.eval(links).await, 0);
            let handlers = "return [...document.querySelectorAll('*')].filter((element) => [...element.attributes].some((one) => one.name.startsWith('on'))).length";
            assert_eq!(page.eval(handlers).await, 0);
            assert!(
                !page.eval("return document.body.innerText").await.as_str().unwrap().contains('\u{202e}')
            );
        };
        harmless(&page).await;
        assert!(
            page.eval("return document.querySelector('.hit').innerText")
                .await
                .as_str()
                .unwrap()
                .contains("<img src=x")
        );
        page.goto(&server.url("/papers/2601.00001")).await;
        harmless(&page).await;
    });
}

#[test]
fn it_can_be_read_in_both_languages_widths_and_lights() {
    let work = Work::with_samples();
    work.run(["save", "推测", "推测解码", "--since", "1y", "--unseen"]).succeeds();
    work.run(["save", "kv-cache", "\"key-value cache\""]).succeeds();
    let server = Server::start(&work);
    let look = include_str!("look.js");
    for (language, dark, phone) in
        [("en", false, false), ("zh-CN", true, false), ("zh-CN", false, true), ("en", true, true)]
    {
        let name = format!(
            "{}-{}-{language}",
            if phone { "phone" } else { "desktop" },
            if dark { "dark" } else { "light" }
        );
        browse(Look { language, dark, phone, scripts: true }, async |page: Page| {
            let own = if language == "en" { "en" } else { "zh-Hans" };
            for (what, address) in [
                ("hits", "/?q=%E6%8E%A8%E6%B5%8B%E8%A7%A3%E7%A0%81+decoding"),
                ("filters", "/?q=decoding&from=2026-02&author=Baozhen+Xue"),
                ("start", "/"),
                ("paper", "/papers/2602.94871"),
                ("nothing", "/?q=decodign"),
                ("wrong", "/?from=2026-02-30"),
                ("keys", "/help"),
                ("saved", "/saved"),
                ("news", "/saved/%E6%8E%A8%E6%B5%8B"),
                ("save", "/save?q=decoding&author=Baozhen+Xue"),
            ] {
                page.goto(&server.url(address)).await;
                assert_eq!(page.eval("return document.documentElement.lang").await, own);
                let ground = page.eval("return getComputedStyle(document.body).backgroundColor").await;
                assert_eq!(ground.as_str().unwrap().contains("251"), !dark, "{ground}");
                if what == "filters" && phone {
                    page.click(".facets > summary").await;
                }
                assert_eq!(page.eval(look).await, json!([]), "{name} {what}");
                page.picture(&format!("{what}-{name}")).await;
            }
            page.goto(&server.url("/?q=decoding")).await;
            page.keys("j").await;
            page.keys(&Key::Enter.to_string()).await;
            page.keys("?").await;
            assert_eq!(page.eval(look).await, json!([]), "{name} help");
            page.picture(&format!("help-{name}")).await;
        });
    }
}
