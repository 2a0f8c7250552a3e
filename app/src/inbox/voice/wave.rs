//! What a sound looks like.

/// How many bars it has.
pub(super) const BARS: usize = 44;
/// The height of the drawing, and of a bar where it is silent.
pub(super) const HEIGHT: f32 = 28.0;
pub(super) const SILENT: f32 = 3.0;

/// The heights of the bars: how loud each part is, measured by the loudest.
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "sounds are drawn in a browser"))]
pub(super) fn bars(samples: &[f32]) -> Vec<f32> {
    if samples.is_empty() {
        return vec![SILENT; BARS];
    }
    let part =
        |nth: usize| samples.get(nth * samples.len() / BARS..(nth + 1) * samples.len() / BARS).unwrap_or_default();
    let loud = |part: &[f32]| {
        let sum: f32 = part.iter().map(|sample| sample * sample).sum();
        (sum / part.len().max(1) as f32).sqrt()
    };
    let loud: Vec<f32> = (0..BARS).map(|nth| loud(part(nth))).collect();
    let loudest = loud.iter().copied().fold(0.0, f32::max);
    let height = |loud: f32| if loudest > 0.0 { (HEIGHT * loud / loudest).max(SILENT) } else { SILENT };
    loud.into_iter().map(height).collect()
}

/// `0:41`, `12:05`
pub(super) fn clock(seconds: f64) -> String {
    let whole = if seconds.is_finite() { seconds.max(0.0) as u64 } else { 0 };
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// The same to be heard: `1 minute 5 seconds`.
pub(super) fn spoken(seconds: f64) -> String {
    let whole = if seconds.is_finite() { seconds.max(0.0) as u64 } else { 0 };
    let many = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    match (whole / 60, whole % 60) {
        (0, seconds) => many(seconds, "second"),
        (minutes, 0) => many(minutes, "minute"),
        (minutes, seconds) => format!("{} {}", many(minutes, "minute"), many(seconds, "second")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_it_is_loud() {
        let quiet_then_loud: Vec<f32> = (0..880).map(|nth| if nth < 440 { 0.1 } else { -0.4 }).collect();
        let drawn = bars(&quiet_then_loud);
        assert_eq!(drawn.len(), BARS);
        assert!(drawn[..22].iter().all(|height| (height - 7.0).abs() < 0.01), "{drawn:?}");
        assert!(drawn[22..].iter().all(|height| (height - HEIGHT).abs() < 0.01), "{drawn:?}");
        // Silence, nothing, and less than a sample a bar.
        for samples in [&[0.0; 100][..], &[]] {
            assert_eq!(bars(samples), vec![SILENT; BARS]);
        }
        assert_eq!(bars(&[0.5; 3]).len(), BARS);
    }

    #[test]
    fn times_are_written_and_spoken() {
        assert_eq!([0.4, 41.9, 725.0, f64::NAN, f64::INFINITY].map(clock), ["0:00", "0:41", "12:05", "0:00", "0:00"]);
        assert_eq!([1.0, 60.0, 125.0].map(spoken), ["1 second", "1 minute", "2 minutes 5 seconds"]);
    }
}
