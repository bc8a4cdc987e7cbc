//! The weights of the features: learned, shipped as a table, loaded when first needed.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::features::Sink;

/// Template, value and weight, a line each; made by `examples/learn_boundary.rs`.
const TABLE: &str = include_str!("weights.tsv");

/// The weights of a linear model over features.
#[derive(Debug, Default)]
pub(crate) struct Model {
    weights: HashMap<u64, f32, Unhashed>,
}

impl Model {
    /// Returns the model that is shipped.
    pub(crate) fn shipped() -> &'static Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| Model::read(TABLE))
    }

    /// Reads a table in one pass: a run of one digest takes as long for it as for a paper or two.
    fn read(table: &str) -> Model {
        let mut weights = HashMap::with_capacity_and_hasher(table.len() / 16, Unhashed);
        // The hash of the line so far; that of all before its last tab; where the weight begins.
        let (mut own, mut feature, mut start) = (BASIS, BASIS, 0);
        for (at, byte) in table.bytes().enumerate() {
            match byte {
                b'\n' => {
                    if let Ok(weight) = table[start..at].parse() {
                        weights.insert(feature, weight);
                    }
                    own = BASIS;
                    continue;
                }
                b'\t' => (feature, start) = (own, at + 1),
                _ => {}
            }
            own = hashed(own, byte);
        }
        Model { weights }
    }

    /// Adds up the weights of the features that `emit` names.
    pub(crate) fn score(&self, emit: impl FnOnce(&mut Score)) -> f32 {
        let mut score = Score { model: self, sum: 0.0 };
        emit(&mut score);
        score.sum
    }
}

/// A sum of weights.
pub(crate) struct Score<'a> {
    model: &'a Model,
    sum: f32,
}

impl Sink for Score<'_> {
    fn feature(&mut self, template: &str, value: &str) {
        self.sum += self.model.weights.get(&key(template, value)).copied().unwrap_or(0.0);
    }
}

/// The key of a feature: a hash of template and value as they stand in the table. Two features
/// that fall together share a weight; among some ten thousand that does not happen.
pub(crate) fn key(template: &str, value: &str) -> u64 {
    hash(template.bytes().chain([b'\t']).chain(value.bytes()))
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(BASIS, hashed)
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

fn hashed(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// Keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct Unhashed;

#[derive(Default)]
struct Identity(u64);

impl std::hash::BuildHasher for Unhashed {
    type Hasher = Identity;

    fn build_hasher(&self) -> Identity {
        Identity::default()
    }
}

impl std::hash::Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_the_table_is_a_weight() {
        let weights = &Model::shipped().weights;
        assert_eq!(weights.len(), TABLE.lines().count());
        for line in TABLE.lines() {
            let (feature, weight) = line.rsplit_once('\t').expect("a tab");
            assert_eq!(weights.get(&hash(feature.bytes())), weight.parse().ok().as_ref(), "{line}");
        }
    }
}
