//! The state of a page: the search that stands in its address, and its language.

use crate::address::SearchParams;

use super::words::{Language, Words};

/// The state of a page.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) params: SearchParams,
    pub(crate) language: Language,
    /// The language, if the address names it; links keep it.
    pub(crate) chosen: Option<Language>,
}

impl State {
    pub(crate) fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// An address with this search.
    pub(crate) fn link(&self, path: &str, params: &SearchParams) -> String {
        let lang: Vec<(&str, &str)> = self.chosen.iter().map(|language| ("lang", language.code())).collect();
        match params.write(&lang) {
            query if query.is_empty() => path.to_string(),
            query => format!("{path}?{query}"),
        }
    }

    /// The address of the search page with a search that is changed so; another search
    /// begins on its first page.
    pub(crate) fn changed(&self, change: impl FnOnce(&mut SearchParams)) -> String {
        let mut params = SearchParams { offset: None, ..self.params.clone() };
        change(&mut params);
        self.link("/", &params)
    }

    /// The address of this page in the other language.
    pub(crate) fn in_other_language(&self, path: &str) -> String {
        State { chosen: Some(self.language.other()), ..self.clone() }.link(path, &self.params)
    }

    /// An address that needs no search.
    pub(crate) fn plain_link(&self, path: &str) -> String {
        self.link(path, &SearchParams::default())
    }
}
