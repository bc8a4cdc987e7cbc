//! A bound on the documents that are on their way to the engine. Its own queue takes ten
//! thousand, whatever their size.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::TantivyDocument;
use tantivy::schema::Document;

/// How many documents are on their way at most: some hundredths of a second's work.
const MOST: usize = 256;

/// How long the gate keeps a document waiting. An engine that has failed takes none in; the
/// next one that it is offered tells why.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts the documents that are on their way.
#[derive(Default)]
pub(crate) struct Gate {
    count: Mutex<usize>,
    freed: Condvar,
}

/// A document that is on its way until the engine has taken it in, and drops it.
pub(crate) struct Counted {
    document: TantivyDocument,
    gate: Arc<Gate>,
}

impl Gate {
    /// Lets a document through when there is room.
    pub(crate) fn pass(self: &Arc<Gate>, document: TantivyDocument) -> Counted {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.freed.wait_timeout_while(count, PATIENCE, |count| *count >= MOST);
        *waited.unwrap_or_else(PoisonError::into_inner).0 += 1;
        Counted { document, gate: self.clone() }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        *self.gate.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.gate.freed.notify_one();
    }
}

impl Document for Counted {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_in_makes_room() {
        let gate = Arc::new(Gate::default());
        let (sender, receiver) = std::sync::mpsc::channel();
        let taker = std::thread::spawn(move || receiver.iter().map(|counted: Counted| drop(counted)).count());
        for _ in 0..3 * MOST {
            sender.send(gate.pass(TantivyDocument::default())).expect("someone takes them in");
            assert!(*gate.count.lock().expect("no panic") <= MOST);
        }
        drop(sender);
        assert_eq!(taker.join().expect("no panic"), 3 * MOST);
        assert_eq!(*gate.count.lock().expect("no panic"), 0);
    }
}
