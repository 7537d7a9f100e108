// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
//! JSON texts of single values, and dates as ISO 8601. No word of the ABI.

use std::fmt::{Error, Result, Write};

/// A text that grows as long as there is memory: then writing to it fails, and nothing panics.
#[derive(Default)]
pub struct Text(pub Vec<u8>);

impl Text {
    pub fn add(&mut self, bytes: &[u8]) -> Result {
        self.0.try_reserve(bytes.len()).map_err(|_| Error)?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> Result {
        self.add(text.as_bytes())
    }
}

/// Appends `text` in quotes.
pub fn string(out: &mut Text, text: &str) -> Result {
    out.add(b"\"")?;
    for c in text.chars() {
        match c {
            '"' => out.add(b"\\\"")?,
            '\\' => out.add(b"\\\\")?,
            '\n' => out.add(b"\\n")?,
            '\r' => out.add(b"\\r")?,
            '\t' => out.add(b"\\t")?,
            c if (c as u32) < 0x20 => write!(out, "\\u{:04x}", c as u32)?,
            c => out.write_char(c)?,
        }
    }
    out.add(b"\"")
}

/// The shortest text that reads back as the same double; JSON has no word for the others.
pub fn number(out: &mut Text, value: f64) -> Result {
    if value.is_finite() {
        write!(out, "{}", value)
    } else {
        out.add(b"null")
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", civil_from_days).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

pub fn date(out: &mut Text, days: i64) -> Result {
    let (year, month, day) = civil(days);
    write!(out, "\"{:04}-{:02}-{:02}\"", year, month, day)
}

/// Microseconds since 1970 UTC.
pub fn time(out: &mut Text, us: i64) -> Result {
    let (year, month, day) = civil(us.div_euclid(86_400_000_000));
    let rest = us.rem_euclid(86_400_000_000);
    let seconds = rest / 1_000_000;
    write!(
        out,
        "\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60
    )?;
    if rest % 1_000_000 != 0 {
        write!(out, ".{:06}", rest % 1_000_000)?;
    }
    out.add(b"Z\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(f: impl Fn(&mut Text) -> Result) -> String {
        let mut out = Text::default();
        f(&mut out).unwrap();
        String::from_utf8(out.0).unwrap()
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(made(|o| string(o, "a\"\\\n\u{1}ü")), "\"a\\\"\\\\\\n\\u0001ü\"");
    }

    #[test]
    fn numbers_read_back() {
        assert_eq!(made(|o| number(o, 0.1)), "0.1");
        assert_eq!(made(|o| number(o, 3.0)), "3");
        assert_eq!(made(|o| number(o, f64::NAN)), "null");
    }

    #[test]
    fn days_before_and_after_1970() {
        assert_eq!(made(|o| date(o, -1)), "\"1969-12-31\"");
        assert_eq!(made(|o| date(o, 19_782)), "\"2024-02-29\"");
        assert_eq!(made(|o| time(o, -1)), "\"1969-12-31T23:59:59.999999Z\"");
        assert_eq!(made(|o| time(o, 0)), "\"1970-01-01T00:00:00Z\"");
    }
}
