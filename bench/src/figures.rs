//! From samples to figures.

use std::time::Duration;

/// The value below which `share` (0 to 1) of the samples lie, in milliseconds. 0 without samples.
pub fn percentile(sorted_micros: &[u32], share: f64) -> f64 {
    let Some(last) = sorted_micros.len().checked_sub(1) else { return 0.0 };
    let rank = (sorted_micros.len() as f64 * share).ceil() as usize;
    f64::from(sorted_micros[rank.saturating_sub(1).min(last)]) / 1_000.0
}

/// The middle one; of an even number the mean of the two in the middle.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// Rounded to `places` decimals: nobody reads more.
pub fn round(value: f64, places: i32) -> f64 {
    let scale = 10_f64.powi(places);
    (value * scale).round() / scale
}

/// Without decimals.
pub fn whole(value: f64) -> u64 {
    value.round() as u64
}

/// Whole microseconds; what lasts longer than an hour is cut.
pub fn micros(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}

/// One result line.
pub fn print(line: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(line)?);
    Ok(())
}
