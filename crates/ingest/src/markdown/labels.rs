//! The labels of Markdown digests.

use super::inline;

/// What a text under a heading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The title, where the heading is only a number.
    Title,
    Authors,
    Date,
    Link,
    Summary,
    Abstract,
    /// A summary or an abstract.
    EitherText,
    /// Something that is no part of a paper here.
    Other,
    /// A text without a label.
    Unlabelled,
}

/// What the fields are called, in lower case.
const LABELS: [(Field, &[&str]); 8] = [
    (Field::Title, &["title", "标题", "题目", "论文标题", "英文标题"]),
    (Field::Authors, &["authors", "author", "author(s)", "作者"]),
    (
        Field::Date,
        &[
            "date",
            "published",
            "published on",
            "publish date",
            "publication date",
            "submitted",
            "submitted on",
            "日期",
            "时间",
            "发布日期",
            "发布时间",
            "提交日期",
            "发表日期",
        ],
    ),
    (
        Field::Link,
        &[
            "link",
            "links",
            "url",
            "arxiv",
            "arxiv id",
            "arxiv link",
            "abs",
            "paper",
            "paper link",
            "pdf",
            "html",
            "doi",
            "source",
            "链接",
            "论文链接",
            "论文地址",
            "论文",
            "原文",
            "原文链接",
            "地址",
        ],
    ),
    (
        Field::Summary,
        &[
            "summary",
            "tl;dr",
            "tldr",
            "tl; dr",
            "one-sentence summary",
            "one sentence summary",
            "chinese summary",
            "一句话总结",
            "一句话摘要",
            "一句话",
            "总结",
            "中文总结",
            "中文摘要",
            "概述",
            "概要",
            "简介",
        ],
    ),
    (Field::Abstract, &["abstract", "english abstract", "英文摘要", "原文摘要"]),
    (Field::EitherText, &["摘要", "论文摘要"]),
    (
        Field::Other,
        &[
            "categories",
            "category",
            "subjects",
            "subject",
            "primary category",
            "comments",
            "comment",
            "code",
            "github",
            "project",
            "project page",
            "tags",
            "keywords",
            "venue",
            "journal",
            "score",
            "rank",
            "updated",
            "affiliation",
            "affiliations",
            "institutions",
            "分类",
            "类别",
            "领域",
            "主题",
            "关键词",
            "标签",
            "代码",
            "备注",
            "评论",
            "机构",
            "单位",
            "评分",
            "期刊",
            "会议",
            "项目",
            "项目主页",
            "更新日期",
            "中文标题",
        ],
    ),
];

/// The headings over a contents list.
const CONTENTS: [&str; 4] = ["table of contents", "contents", "目录", "论文目录"];

/// The longest label, in bytes.
const LONGEST: usize = 48;

/// Reads a label and what follows it: `**Authors:** A`, `- **Authors**: A`, `*Authors: A*`,
/// `Authors: A`; without a colon only if it is marked, as `**摘要**`.
pub(super) fn label(text: &str) -> Option<(Field, &str)> {
    let text = without_marker(text);
    let bare = text.trim_start_matches(['*', '_']);
    let mark = &text[..text.len() - bare.len()];
    let (name, value) = match mark.is_empty() {
        true => bare.split_once([':', '：'])?,
        false => {
            let end = bare.find(['*', '_', ':', '：'])?;
            let (name, rest) = bare.split_at(end);
            // The colon stands on either side of the mark's end, or nowhere.
            let inside = rest.strip_prefix([':', '：']);
            let after = inside.unwrap_or(rest).trim_start();
            let closed = after.strip_prefix(mark);
            if inside.is_none() && closed.is_none() {
                return None;
            }
            let value = closed.unwrap_or(after).trim_start();
            let value = match inside {
                Some(_) if closed.is_none() => value.strip_suffix(mark).unwrap_or(value),
                Some(_) => value,
                None => value.strip_prefix([':', '：']).unwrap_or(value),
            };
            (name, value)
        }
    };
    Some((field(name)?, value.trim()))
}

/// Returns the field that a heading such as `### Abstract` names.
pub(super) fn of_heading(text: &str) -> Option<Field> {
    field(inline::without_emphasis(without_marker(text)).trim_end_matches([':', '：']))
}

/// Whether a text may be the beginning of a marked label: `- **Auth`.
pub(super) fn is_cut(text: &str) -> bool {
    let text = without_marker(text);
    let name = text.trim_matches(['*', '_']);
    text.is_empty()
        || name.len() < text.len()
            && name.len() <= LONGEST
            && LABELS
                .iter()
                .any(|(_, names)| names.iter().any(|known| known.starts_with(&name.to_lowercase())))
}

/// Whether a heading stands over a contents list.
pub(super) fn is_contents(title: &str) -> bool {
    CONTENTS.iter().any(|known| title.trim_end_matches([':', '：']).eq_ignore_ascii_case(known))
}

fn field(name: &str) -> Option<Field> {
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    LABELS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(field, _)| *field)
}

/// Removes what stands before a label: the mark of a list item, a picture.
fn without_marker(text: &str) -> &str {
    let text = text.trim_start_matches(is_ornament);
    text.strip_prefix("* ").map_or(text, |rest| rest.trim_start_matches(is_ornament))
}

/// Whether a character stands before a label and says nothing: `-`, `•`, `📅`.
fn is_ornament(ch: char) -> bool {
    !ch.is_alphanumeric() && !matches!(ch, '*' | '_' | '[' | ']' | '(' | '<' | '$' | '\\' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_labels() {
        for (text, expected) in [
            ("**Authors:** Ann, Bo", Some((Field::Authors, "Ann, Bo"))),
            ("**Authors**: Ann, Bo", Some((Field::Authors, "Ann, Bo"))),
            ("**Authors** : Ann, Bo", Some((Field::Authors, "Ann, Bo"))),
            ("- **Authors**: Ann", Some((Field::Authors, "Ann"))),
            ("* **Authors:** Ann", Some((Field::Authors, "Ann"))),
            ("+ *Authors:* Ann", Some((Field::Authors, "Ann"))),
            ("*Authors: Ann*", Some((Field::Authors, "Ann"))),
            ("__Authors__: Ann", Some((Field::Authors, "Ann"))),
            ("Authors: Ann", Some((Field::Authors, "Ann"))),
            ("- 📅 **Date:** 2026-01-04", Some((Field::Date, "2026-01-04"))),
            ("📅 Date: 2026-01-04", Some((Field::Date, "2026-01-04"))),
            ("**作者：** 甲一", Some((Field::Authors, "甲一"))),
            ("**作者**：甲一", Some((Field::Authors, "甲一"))),
            ("作者: 甲一", Some((Field::Authors, "甲一"))),
            ("**TL;DR:** 短", Some((Field::Summary, "短"))),
            ("**一句话总结**", Some((Field::Summary, ""))),
            ("**摘要** 短尾矮袋鼠", Some((Field::EitherText, "短尾矮袋鼠"))),
            ("**Abstract:** **Bold** words", Some((Field::Abstract, "**Bold** words"))),
            ("**Categories:** cs.CV", Some((Field::Other, "cs.CV"))),
            ("**Quokkas:** they smile", None),
            ("Abstract words", None),
            ("**bold**", None),
            ("**", None),
            ("", None),
        ] {
            assert_eq!(label(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_headings() {
        for (text, expected) in [
            ("Abstract", Some(Field::Abstract)),
            ("**Abstract:**", Some(Field::Abstract)),
            ("📝 摘要", Some(Field::EitherText)),
            ("Abstract Art of the Quokka", None),
        ] {
            assert_eq!(of_heading(text), expected, "{text}");
        }
    }
}
