//! What the page says, in both languages.

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Chinese,
}

impl Language {
    /// The language of an address's `lang`, or the one that the browser likes best.
    pub(crate) fn choose(given: Option<&str>, accepted: Option<&str>) -> Language {
        match given {
            Some("zh") => return Language::Chinese,
            Some("en") => return Language::English,
            _ => {}
        }
        // `zh-CN,zh;q=0.9,en;q=0.8`: the highest q wins, the first of equals.
        let mut best = (0.0, Language::English);
        for part in accepted.unwrap_or_default().split(',') {
            let (tag, quality) = part.split_once(";q=").unwrap_or((part, "1"));
            let quality: f32 = quality.trim().parse().unwrap_or(0.0);
            let language = match tag.trim().split('-').next() {
                Some("zh") => Language::Chinese,
                Some("en") => Language::English,
                _ => continue,
            };
            if quality > best.0 {
                best = (quality, language);
            }
        }
        best.1
    }

    /// What stands in addresses.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// What stands in `lang` of HTML.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        }
    }

    pub(crate) fn other(self) -> Language {
        match self {
            Language::English => Language::Chinese,
            Language::Chinese => Language::English,
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

/// What the page says. A `#` stands for a number, which comes as it is written.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) search: &'static str,
    pub(crate) placeholder: &'static str,
    pub(crate) other_language: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) one_paper: &'static str,
    pub(crate) papers: &'static str,
    pub(crate) no_paper: &'static str,
    pub(crate) no_paper_hint: &'static str,
    pub(crate) beyond: &'static str,
    pub(crate) newest_papers: &'static str,
    pub(crate) did_you_mean: &'static str,
    pub(crate) filters: &'static str,
    pub(crate) remove: &'static str,
    pub(crate) clear: &'static str,
    pub(crate) author: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) since: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) digest_from: &'static str,
    pub(crate) digest_to: &'static str,
    pub(crate) sort: &'static str,
    pub(crate) relevance: &'static str,
    pub(crate) newest: &'static str,
    pub(crate) oldest: &'static str,
    pub(crate) dates: &'static str,
    pub(crate) dates_hint: &'static str,
    pub(crate) undated: &'static str,
    pub(crate) apply: &'static str,
    pub(crate) spans: [(&'static str, &'static str); 4],
    pub(crate) authors: &'static str,
    pub(crate) digests: &'static str,
    pub(crate) abstract_text: &'static str,
    pub(crate) more_authors: &'static str,
    pub(crate) similar: &'static str,
    pub(crate) similar_to: &'static str,
    pub(crate) no_similar: &'static str,
    pub(crate) alike_by: &'static str,
    pub(crate) bibtex: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) not_copied: &'static str,
    pub(crate) unreachable: &'static str,
    pub(crate) export: &'static str,
    pub(crate) export_hint: &'static str,
    pub(crate) feed: &'static str,
    pub(crate) previous: &'static str,
    pub(crate) next: &'static str,
    pub(crate) pages: &'static str,
    pub(crate) stands_in: &'static str,
    pub(crate) cut_off: &'static str,
    pub(crate) help: &'static str,
    pub(crate) close: &'static str,
    pub(crate) key_table: [(&'static [&'static str], &'static str); 7],
    pub(crate) syntax: &'static str,
    pub(crate) syntax_table: [(&'static str, &'static str); 8],
    pub(crate) interface: &'static str,
    pub(crate) tools: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) saved_searches: &'static str,
    pub(crate) all_saved: &'static str,
    pub(crate) none_saved: &'static str,
    pub(crate) not_readable: &'static str,
    pub(crate) save_search: &'static str,
    pub(crate) save: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_note: &'static str,
    pub(crate) new_papers: &'static str,
    pub(crate) updated_papers: &'static str,
    pub(crate) nothing_new: &'static str,
    pub(crate) all_found: &'static str,
    pub(crate) looked: &'static str,
    pub(crate) mark_one: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) more_new: &'static str,
    pub(crate) show_more: &'static str,
    pub(crate) remove_search: &'static str,
    pub(crate) remove_note: &'static str,
    pub(crate) went_wrong: &'static str,
    pub(crate) nothing_here: &'static str,
}

static ENGLISH: Words = Words {
    title: "paper-search",
    skip: "Skip to the results",
    search: "Search",
    placeholder: "Search titles, summaries, abstracts, authors",
    other_language: "中文",
    keys: "Keyboard and query language",
    one_paper: "1 paper",
    papers: "# papers",
    no_paper: "No paper found",
    no_paper_hint: "Try fewer or other words, or take away a filter.",
    beyond: "There are no papers on this page.",
    newest_papers: "Newest papers",
    did_you_mean: "Did you mean",
    filters: "Filters",
    remove: "Remove",
    clear: "Clear all",
    author: "Author",
    from: "From",
    to: "To",
    since: "Last",
    digest: "Digest",
    digest_from: "Digest from",
    digest_to: "Digest to",
    sort: "Order",
    relevance: "Relevance",
    newest: "Newest",
    oldest: "Oldest",
    dates: "Date",
    dates_hint: "2026-03",
    undated: "# without a date",
    apply: "Apply",
    spans: [("7d", "7 days"), ("1m", "month"), ("3m", "3 months"), ("1y", "year")],
    authors: "Authors",
    digests: "Digests",
    abstract_text: "Abstract",
    more_authors: "and # more",
    similar: "Similar",
    similar_to: "Papers like this one",
    no_similar: "No paper is like this one.",
    alike_by: "Alike by",
    bibtex: "BibTeX",
    copied: "Copied",
    not_copied: "It could not be copied",
    unreachable: "The server does not answer. What is shown is from before.",
    export: "Export",
    export_hint: "the first 1,000",
    feed: "Atom feed",
    previous: "Previous",
    next: "Next",
    pages: "Pages",
    stands_in: "In",
    cut_off: "The digest ends here.",
    help: "Help",
    close: "Close",
    key_table: [
        (&["/"], "go to the search box"),
        (&["j", "k"], "next and previous paper"),
        (&["Enter"], "unfold or fold the abstract"),
        (&["o"], "open the paper"),
        (&["s"], "papers like it"),
        (&["b"], "copy its BibTeX"),
        (&["?"], "this help"),
    ],
    syntax: "Query language",
    syntax_table: [
        ("speculative decoding", "any of the words; papers with all of them first"),
        ("\"speculative decoding\"", "just these words in this order"),
        ("+must -without", "required, excluded"),
        ("a AND (b OR c) NOT d", "the same with words"),
        ("spec* decodign~", "the beginning of a word; a word that may be misspelt"),
        ("title:pruning author:\"S. Han\"", "in one field"),
        ("date:2026-03..2026-04", "within these days; also date:7d.."),
        ("推测解码", "also finds papers that say it in English, and the reverse"),
    ],
    interface: "Interface for programs",
    tools: "Tools",
    saved: "Saved",
    saved_searches: "Saved searches",
    all_saved: "All # searches",
    none_saved: "No search is saved yet. Search for something, then choose “Save this search”.",
    not_readable: "They cannot be read: see why",
    save_search: "Save this search",
    save: "Save",
    name: "Name",
    name_note: "Letters and digits of any language, and - _ . between them. What it finds now counts as seen; what comes later is new.",
    new_papers: "# new",
    updated_papers: "# in a new version",
    nothing_new: "Nothing new",
    all_found: "all # that it finds",
    looked: "last looked",
    mark_one: "Mark as seen",
    mark: "Mark these # as seen",
    more_new: "# more new, which are not seen until they are shown.",
    show_more: "Show more",
    remove_search: "Remove this search",
    remove_note: "What of it was seen is forgotten as well.",
    went_wrong: "That did not work",
    nothing_here: "There is nothing at this address.",
};

static CHINESE: Words = Words {
    title: "paper-search 论文检索",
    skip: "跳到检索结果",
    search: "检索",
    placeholder: "检索标题、摘要、作者，中英文均可",
    other_language: "English",
    keys: "快捷键与检索语法",
    one_paper: "1 篇论文",
    papers: "# 篇论文",
    no_paper: "没有找到论文",
    no_paper_hint: "换个说法、减少几个词，或去掉一个筛选条件。",
    beyond: "这一页没有论文。",
    newest_papers: "最新论文",
    did_you_mean: "您是不是要找",
    filters: "筛选条件",
    remove: "去掉",
    clear: "全部清除",
    author: "作者",
    from: "起",
    to: "止",
    since: "最近",
    digest: "日报",
    digest_from: "日报起",
    digest_to: "日报止",
    sort: "排序",
    relevance: "相关度",
    newest: "最新",
    oldest: "最早",
    dates: "日期",
    dates_hint: "2026-03",
    undated: "# 篇没有日期",
    apply: "应用",
    spans: [("7d", "7 天"), ("1m", "1 个月"), ("3m", "3 个月"), ("1y", "1 年")],
    authors: "作者",
    digests: "日报",
    abstract_text: "英文摘要",
    more_authors: "等 # 人",
    similar: "相似论文",
    similar_to: "与本文相似的论文",
    no_similar: "没有相似的论文。",
    alike_by: "相似之处",
    bibtex: "BibTeX",
    copied: "已复制",
    not_copied: "无法复制",
    unreachable: "服务器没有响应，当前显示的是之前的结果。",
    export: "导出",
    export_hint: "前 1,000 篇",
    feed: "Atom 订阅",
    previous: "上一页",
    next: "下一页",
    pages: "分页",
    stands_in: "收录于",
    cut_off: "日报到此为止。",
    help: "帮助",
    close: "关闭",
    key_table: [
        (&["/"], "跳到检索框"),
        (&["j", "k"], "下一篇、上一篇论文"),
        (&["Enter"], "展开或收起摘要"),
        (&["o"], "打开论文"),
        (&["s"], "相似论文"),
        (&["b"], "复制 BibTeX"),
        (&["?"], "显示本帮助"),
    ],
    syntax: "检索语法",
    syntax_table: [
        ("speculative decoding", "含任意一词即可，全部包含者排在前面"),
        ("\"speculative decoding\"", "词序一致的完整短语"),
        ("+must -without", "必须包含、必须排除"),
        ("a AND (b OR c) NOT d", "用逻辑词表达同样的意思"),
        ("spec* decodign~", "以此开头的词；可能拼错的词"),
        ("title:pruning author:\"S. Han\"", "只在某个字段里找"),
        ("date:2026-03..2026-04", "日期范围，也可写 date:7d.."),
        ("推测解码", "也会找到用英文表述的论文，反之亦然"),
    ],
    interface: "程序接口",
    tools: "工具",
    saved: "已保存",
    saved_searches: "保存的检索",
    all_saved: "全部 # 个检索",
    none_saved: "还没有保存的检索。先检索，再点“保存此检索”。",
    not_readable: "无法读取：查看原因",
    save_search: "保存此检索",
    save: "保存",
    name: "名称",
    name_note: "可用任何语言的文字和数字，中间可用“-”“_”“.”。现在找到的论文算作已读，以后出现的算作新论文。",
    new_papers: "# 篇新论文",
    updated_papers: "# 篇有新版本",
    nothing_new: "没有新论文",
    all_found: "它找到的全部 # 篇",
    looked: "上次查看",
    mark_one: "标为已读",
    mark: "将这 # 篇标为已读",
    more_new: "另有 # 篇新论文，显示之前不会标为已读。",
    show_more: "显示更多",
    remove_search: "删除此检索",
    remove_note: "已读记录也会一并删除。",
    went_wrong: "没有成功",
    nothing_here: "这个地址上什么也没有。",
};

/// Puts a number where the `#` is, with commas between thousands.
pub(crate) fn with_number(text: &str, number: usize) -> String {
    text.replacen('#', &grouped(number), 1)
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_language_is_chosen() {
        for (given, accepted, language) in [
            (None, None, Language::English),
            (None, Some("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese),
            (None, Some("en-US,en;q=0.9,zh;q=0.8"), Language::English),
            (None, Some("fr,de;q=0.9"), Language::English),
            (None, Some("fr,zh-TW;q=0.3"), Language::Chinese),
            (None, Some("en;q=0.2, zh;q=0.7"), Language::Chinese),
            (Some("en"), Some("zh"), Language::English),
            (Some("zh"), Some("en"), Language::Chinese),
            (Some("xx"), Some("zh"), Language::Chinese),
            (None, Some(";q=;,,zh;q=x"), Language::English),
        ] {
            assert_eq!(Language::choose(given, accepted), language, "{given:?} {accepted:?}");
        }
    }

    #[test]
    fn thousands_are_parted() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(with_number("# papers", 1000), "1,000 papers");
    }
}
