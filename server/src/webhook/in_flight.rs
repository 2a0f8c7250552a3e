use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that may be held at a time, over all deliveries.
pub(super) struct InFlight {
    free: AtomicUsize,
}

impl InFlight {
    pub fn new(bytes: usize) -> Self {
        Self { free: AtomicUsize::new(bytes) }
    }

    /// Holds nothing yet.
    pub fn share(&self) -> Share<'_> {
        Share { of: self, held: 0 }
    }

    fn take(&self, bytes: usize) -> bool {
        self.free.fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| free.checked_sub(bytes)).is_ok()
    }
}

/// What one delivery holds; given back when it is dropped.
pub(super) struct Share<'a> {
    of: &'a InFlight,
    held: usize,
}

impl Share<'_> {
    /// Takes more; false when there is not that much left, and nothing was taken.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let fine = self.of.take(bytes);
        if fine {
            self.held += bytes;
        }
        fine
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.of.free.fetch_add(self.held, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back() {
        let all = InFlight::new(10);
        let mut one = all.share();
        assert!(one.grow(6));
        {
            let mut two = all.share();
            assert!(!two.grow(5), "only four are left");
            assert!(two.grow(4));
            assert!(!one.grow(1));
        }
        assert!(one.grow(4));
        drop(one);
        assert!(all.share().grow(10));
    }
}
