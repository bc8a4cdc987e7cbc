//! From tree and filters to plan: which parts must, may and must not match.
//!
//! A paper matches if any word of the query does, and the more of them it has the higher it
//! ranks ([`Clause::Bag`]). Words that say little alone (`of`, `the`) and pairs of characters
//! across two Chinese words add to a score, but find no paper by themselves.

mod abbreviations;
mod leaf;
mod neighbours;
mod translate;

use abbreviations::ShortForms;
pub(crate) use leaf::{characters, sequence_in};

use analysis::Analyzer;
use analysis::fields::{DATE, DIGEST, DIGEST_DATE, ID};

use crate::highlight::Mark;
use crate::lexicon::Lexicon;
use crate::plan::{Clause, Plan};
use crate::request::{Filters, Sort};
use crate::tree::{Node, Occur};

/// Makes a plan. A tree without a word and with filters asks for all papers that pass.
pub fn plan(
    tree: &Node,
    filters: &Filters,
    sort: Sort,
    analyzer: &Analyzer,
    lexicon: Option<&Lexicon>,
) -> Plan {
    let mut planner = Planner { analyzer, lexicon, marks: Vec::new(), short_forms: ShortForms::new() };
    let filters = filter_clauses(filters);
    if tree.is_empty() {
        let query = match filters.is_empty() {
            true => Clause::nothing(),
            false => Clause::All,
        };
        return Plan::new(query, filters, newest_for(sort));
    }
    let query = match tree {
        Node::Leaf { .. } => any_of(planner.wanted(tree)),
        Node::Group(parts) => planner.group(parts, Occur::Should),
    };
    let mut scores = false;
    query.visit_scoring(&mut |clause| scores |= !matches!(clause, Clause::All | Clause::Days { .. }));
    let sort = if scores { sort } else { newest_for(sort) };
    Plan { marks: planner.marks, ..Plan::new(query, filters, sort) }
}

/// The order where no paper matches better than another.
fn newest_for(sort: Sort) -> Sort {
    match sort {
        Sort::Relevance => Sort::Newest,
        other => other,
    }
}

/// The clauses that filters stand for.
pub(crate) fn filter_clauses(filters: &Filters) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = filters
        .authors
        .iter()
        .map(|name| Clause::Author { name: name.clone(), asked: true, weight: 0.0 })
        .collect();
    for (field, days) in [(&DATE, filters.date), (&DIGEST_DATE, filters.digest_date)] {
        if !days.is_all() {
            clauses.push(Clause::Days { field, days });
        }
    }
    clauses.extend(filters.digest.iter().map(|digest| Clause::Keyword {
        field: &DIGEST,
        value: digest.clone(),
        weight: 0.0,
    }));
    let excluded = filters.exclude.iter();
    let excluded = excluded.map(|id| Clause::Keyword { field: &ID, value: id.clone(), weight: 0.0 });
    let must_not: Vec<Clause> = excluded.collect();
    if !must_not.is_empty() {
        clauses.push(Clause::Group { must: Vec::new(), should: Vec::new(), must_not });
    }
    clauses
}

/// A part of a query that is wanted.
struct Wanted {
    clause: Clause,
    role: Role,
}

/// What a wanted part means for a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A word: a paper with it matches, and should have the other words as well.
    Word,
    /// Another sight of words that are there already: a paper with it matches.
    Evidence,
    /// What tells papers apart that match, but makes none match.
    Hint,
}

struct Planner<'a> {
    analyzer: &'a Analyzer,
    lexicon: Option<&'a Lexicon>,
    marks: Vec<Mark>,
    /// What words of the group at hand are abbreviated to together.
    short_forms: ShortForms,
}

impl Planner<'_> {
    /// Plans a node that is required or excluded. The depth is that of the tree, which
    /// the parser limits.
    fn strict(&mut self, node: &Node, occur: Occur) -> Clause {
        let before = self.marks.len();
        let clause = match node {
            Node::Leaf { field, leaf } => self.leaf(*field, leaf, occur),
            Node::Group(parts) => self.group(parts, occur),
        };
        if occur == Occur::MustNot {
            // What is excluded is not marked where it stands in hits for other reasons.
            self.marks.truncate(before);
        }
        clause
    }

    /// Plans a group that is itself wanted, required or excluded.
    fn group(&mut self, parts: &[(Occur, Node)], occur: Occur) -> Clause {
        let (mut must, mut must_not, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        let rows = if occur == Occur::MustNot { Vec::new() } else { neighbours::rows(parts) };
        let short_forms = self.short_forms_in(&rows);
        let outer = std::mem::replace(&mut self.short_forms, short_forms);
        for (own, node) in parts {
            match own {
                // Any whole part of an excluded group excludes a paper.
                Occur::Should if occur == Occur::MustNot => {
                    wanted.push(Wanted { clause: self.strict(node, occur), role: Role::Evidence });
                }
                Occur::Should => wanted.extend(self.wanted(node)),
                Occur::Must => must.push(self.strict(node, Occur::Must)),
                Occur::MustNot => must_not.push(self.strict(node, Occur::MustNot)),
            }
        }
        self.short_forms = outer;
        for row in rows {
            wanted.extend(row.pairs());
            let stems: Vec<String> = row.words.into_iter().map(|word| word.stem).collect();
            wanted.extend(self.span_translations(row.field, &stems, " "));
        }
        // Parts with nothing to search for (`+--`) ask for nothing.
        must.retain(|clause| !clause.is_nothing());
        must_not.retain(|clause| !clause.is_nothing());
        let any = any_of(wanted);
        let narrows = must.iter().all(|clause| matches!(clause, Clause::Days { .. }));
        let mut should = Vec::new();
        match any.is_nothing() {
            true => {}
            false if must.is_empty() && must_not.is_empty() => return any,
            // A required date does not make the words beside it optional.
            false if narrows => must.push(any),
            false => should.push(any),
        }
        Clause::Group { must, should, must_not }
    }

    /// Plans a node that is wanted, as the parts that it is made of.
    fn wanted(&mut self, node: &Node) -> Vec<Wanted> {
        match node {
            Node::Leaf { field, leaf } => self.wanted_leaf(*field, leaf),
            Node::Group(parts) => vec![Wanted { clause: self.group(parts, Occur::Should), role: Role::Word }],
        }
    }
}

/// Makes one clause of wanted parts.
fn any_of(mut wanted: Vec<Wanted>) -> Clause {
    wanted.retain(|wanted| !wanted.clause.is_nothing());
    if wanted.iter().all(|wanted| wanted.role == Role::Hint) {
        // Nothing but `of the`: then these are the words.
        wanted.iter_mut().for_each(|wanted| wanted.role = Role::Word);
    }
    let (mut words, mut evidence, mut hints) = (Vec::new(), Vec::new(), Vec::new());
    for Wanted { clause, role } in wanted {
        match role {
            Role::Word => words.push(clause),
            Role::Evidence => evidence.push(clause),
            Role::Hint => hints.push(clause),
        }
    }
    match (words.len(), hints.is_empty()) {
        (0, true) => Clause::any(evidence),
        (1, true) if evidence.is_empty() => Clause::any(words),
        _ => Clause::Bag { words, evidence, hints },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use paper::NaiveDate;

    fn planned(query: &str) -> Plan {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");
        let tree = crate::parser::parse(query, today).tree;
        plan(&tree, &Filters::default(), Sort::Relevance, &Analyzer::new(), None)
    }

    #[test]
    fn plans_read_as_queries_mean() {
        for (query, expected) in [
            ("title:decoding", "[title:decod ?title:=decoding^0.25]"),
            ("+title:LLMs -ti:survey", "(+title:llm -title:survey)"),
            ("title:\"Draft models\"", "title:=\"draft models\""),
            ("title:\"Draft models\"~3", "title:=\"draft models\"~3"),
            ("title:\"GPT-4 cost\"~1", "title:=\"gpt+4 cost\"~1"),
            ("summary:\"推测解码器\"~2", "summary:=\"推测 解码+码器\"~2"),
            ("title:\"Draft\"~3", "title:=draft"),
            ("author:\"S. Han\"~3", "author:\"s han\""),
            ("title:spec*", "title:spec*"),
            ("title:decodign~", "title:decodign~"),
            (
                "title:GPT-4.1",
                "[(title:gpt4.1 title:=\"gpt 4 1\"^0.67 (+title:gpt^0.01 +title:4^0.01 +title:1^0.01)) ?title:gpt^0.6 ?title:4^0.6 ?title:1^0.6]",
            ),
            ("title:C++", "title:c++"),
            ("title:\"C++ code\"", "title:=\"c++ code\""),
            ("title:PointNet++", "[(title:pointnet++ title:pointnet^0.01) ?title:pointnet^0.6]"),
            ("+title:PointNet++", "(+title:pointnet++)"),
            ("title:CAN++", "title:can++"),
            (
                "+title:Graph-Net++",
                "(+(title:graphnet++ title:=\"graph net++\"^0.67 (+title:graph^0.5 +title:net++^0.5)))",
            ),
            (
                "title:(C++ compiler)",
                "[title:c++ title:compil ?title:=compiler^0.25 ?title:=\"c++ compiler\"^0.35]",
            ),
            ("summary:推测", "(summary:推测 summary:=推测^0.4)"),
            (
                "summary:解码推测",
                "[(summary:解码 summary:=解码^0.4) (summary:推测 summary:=推测^0.4) ~summary:=\"解码 码推 推测\"^0.67 ?summary:=码推^0.7]",
            ),
            (
                "+summary:解码推测",
                "(+(summary:=\"解码 码推 推测\"^0.67 (+(summary:解码 summary:=解码^0.4) +(summary:推测 summary:=推测^0.4))))",
            ),
            // A technical word is one; papers that have its parts alone are found as well.
            (
                "summary:推测解码",
                "[(summary:推测解码 summary:=\"推测 测解 解码\"^0.4) ~summary:推测^0.6 ~summary:解码^0.6]",
            ),
            ("summary:智能体", "[(summary:智能体 summary:=\"智能 能体\"^0.4) ~summary:智能^0.6]"),
            (
                "+summary:推测解码",
                "(+(summary:=\"推测 测解 解码\"^0.67 summary:推测解码 summary:=\"推测 测解 解码\"^0.4))",
            ),
            ("-summary:推测解码", "(-summary:=\"推测 测解 解码\"^0.67)"),
            ("summary:推", "summary:=推^0.67"),
            ("title:(state of the art)", "[title:state title:art ?title:of^0.2 ?title:the^0.2]"),
            ("title:(of the)", "[title:of^0.2 title:the^0.2]"),
            ("C++", "title^3|summary^1.5|abstract:c++"),
            ("author:\"S. Han\"", "author:\"s han\""),
            ("id:arXiv:2603.00001v2", "id:2603.00001"),
            ("digest:2026-03-17.txt", "digest:2026-03-17.txt"),
            ("date:2026-03", "date:[2026-03-01 TO 2026-03-31]"),
            ("title:x date:2026-03 title:y", "(+date:[2026-03-01 TO 2026-03-31] +[title:x title:y])"),
            (
                "decode",
                "[(title^3|summary^1.5|abstract:decod author:\"decode\"^0.2) ?(title:=decode^0.75 abstract:=decode^0.25)]",
            ),
            ("--- ~", "()"),
            // A sign behind something is a hyphen and the like.
            ("title:((x)-y \"z\"+w)", "[title:x title:y title:=z title:w ?title:=\"x y\"^0.35]"),
        ] {
            assert_eq!(planned(query).query.to_string(), expected, "{query}");
        }
    }

    #[test]
    fn words_bring_along_what_they_are_called() {
        let table = "draft model\t草稿 100\nmodel\t模型 80 样板 20\n推测\tspecul 90 guess 5\n推测解码\tspecul 60\n解码推测\tbackward 60\n";
        let mut lexicon = Lexicon::from_table(table.to_string());
        lexicon.add("解码\tdecoding step").expect("terms");
        for (query, expected) in [
            ("title:model", "(title:model title:{模型 0.8, 样板 0.2})"),
            (
                "title:(draft models)",
                "[title:draft (title:model title:{模型 0.8, 样板 0.2}) ~title:草稿^0.4 ?title:=models^0.25 ?title:=\"draft models\"^0.35]",
            ),
            ("title:(draft -x model)", "(+[title:draft (title:model title:{模型 0.8, 样板 0.2})] -title:x)"),
            (
                "summary:解码推测",
                "[(summary:解码 summary:=解码^0.4 summary:=\"decoding step\") (summary:推测 summary:=推测^0.4 summary:{specul 0.9, guess 0.05}) ~summary:=\"解码 码推 推测\"^0.67 ~summary:{backward 0.6}^0.4 ?summary:=码推^0.7]",
            ),
            (
                "summary:推测解码",
                "[(summary:推测解码 summary:=\"推测 测解 解码\"^0.4 summary:{specul 0.6}) ~(summary:推测^0.6 summary:{specul 0.9, guess 0.05}^0.6) ~(summary:解码^0.6 summary:=\"decoding step\"^0.6)]",
            ),
            // What must be there as it stands is not translated.
            ("+title:model", "(+title:model)"),
            ("-title:model", "(-title:model)"),
            ("title:\"model\"", "title:=model"),
            ("title:model*", "title:model*"),
            ("title:model~", "title:model~"),
            ("summary:\"推测\"", "summary:=推测"),
            ("author:model", "author:\"model\""),
        ] {
            let today = NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");
            let tree = crate::parser::parse(query, today).tree;
            let plan = plan(&tree, &Filters::default(), Sort::Relevance, &Analyzer::new(), Some(&lexicon));
            assert_eq!(plan.query.to_string(), expected, "{query}");
        }
    }

    #[test]
    fn words_bring_along_what_they_are_abbreviated_to() {
        let table = "=ai\tartificial intelligence\n=artifici intellig\tai\n=chain of thought\tcot\n";
        let lexicon = Lexicon::from_table(table.to_string());
        for (query, expected) in [
            (
                "title:(x AI)",
                "[title:x (title:ai title:=\"artificial intelligence\"^0.3) ?title:=\"x ai\"^0.35]",
            ),
            (
                "title:(artificial intelligence)",
                "[(title:artifici title:ai^0.25) (title:intellig title:ai^0.25) ?title:=artificial^0.25 ?title:=intelligence^0.25 ?title:=\"artificial intelligence\"^0.35]",
            ),
            (
                "title:(chain of thought)",
                "[(title:chain title:cot^0.25) (title:thought title:cot^0.25) ?title:of^0.2 ?title:=\"chain thought\"^0.35]",
            ),
            // Words that do not stand together are not abbreviated.
            (
                "title:(intelligence artificial)",
                "[title:intellig title:artifici ?title:=intelligence^0.25 ?title:=artificial^0.25 ?title:=\"intelligence artificial\"^0.35]",
            ),
            // What must be there as it stands is not either.
            ("+title:AI", "(+title:ai)"),
            ("title:\"AI\"", "title:=ai"),
        ] {
            let today = NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day");
            let tree = crate::parser::parse(query, today).tree;
            let plan = plan(&tree, &Filters::default(), Sort::Relevance, &Analyzer::new(), Some(&lexicon));
            assert_eq!(plan.query.to_string(), expected, "{query}");
        }
    }

    #[test]
    fn without_words_the_newest_come_first() {
        assert_eq!(planned("date:2026").sort, Sort::Newest);
        assert_eq!(planned("x date:2026").sort, Sort::Relevance);
        assert!(planned("").matches_nothing());
    }

    #[test]
    fn what_is_excluded_is_not_marked() {
        assert_eq!(planned("-title:x -(title:y title:z)").marks, []);
        assert_eq!(planned("title:x -title:y").marks.len(), 1);
    }
}
