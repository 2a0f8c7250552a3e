//! The bytes behind media ids, in memory.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use rand::Rng;
use sha2::{Digest, Sha256};

/// How many are kept, and how many bytes of them; the oldest go first.
const KEEPS: usize = 500;
const BYTES: usize = 256 * 1_024 * 1_024;

/// A photo, a voice message, a document.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub mime: String,
    pub bytes: Bytes,
}

impl File {
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }
}

#[derive(Default)]
pub(crate) struct Files {
    files: HashMap<String, File>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Files {
    /// Keeps a file and returns its id.
    pub fn keep(&mut self, file: File, rng: &mut impl Rng) -> String {
        let id = rng.random_range(10_u64.pow(15)..10_u64.pow(16)).to_string();
        self.bytes += file.bytes.len();
        self.order.push_back(id.clone());
        self.files.insert(id.clone(), file);
        while self.order.len() > KEEPS || (self.bytes > BYTES && self.order.len() > 1) {
            let Some(oldest) = self.order.pop_front() else { break };
            self.forget(&oldest);
        }
        id
    }

    pub fn get(&self, id: &str) -> Option<&File> {
        self.files.get(id)
    }

    /// Whether there was one.
    pub fn forget(&mut self, id: &str) -> bool {
        let gone = self.files.remove(id);
        self.bytes -= gone.as_ref().map_or(0, |file| file.bytes.len());
        gone.is_some()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(7);
        let mut files = Files::default();
        let file = |n: usize| File { mime: String::new(), bytes: vec![0; n].into() };
        let first = files.keep(file(1), &mut rng);
        let ids: Vec<_> = (0..KEEPS).map(|_| files.keep(file(2), &mut rng)).collect();
        assert!(files.get(&first).is_none() && ids.iter().all(|id| files.get(id).is_some()));
        assert!(files.forget(&ids[0]) && !files.forget(&ids[0]));
        assert_eq!(files.bytes, 2 * (KEEPS - 1));
    }
}
