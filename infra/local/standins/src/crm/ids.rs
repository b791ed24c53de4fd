//! Record ids: 15 case-sensitive characters, or 18 with a checksum that survives a loss of case.

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECK: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// The organisation that the stand-in is.
pub(crate) const ORGANIZATION: &str = "00Dxx0000001gPLEAY";
/// The first user, who is the administrator.
pub(crate) const ADMINISTRATOR: &str = "005xx0000000001AAA";

/// Brings an id of either length to 18 characters; `None` where it is no id.
///
/// An 18-character id is taken in any case: its checksum says which letters are capitals.
pub(crate) fn normalise(id: &str) -> Option<String> {
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match id.len() {
        15 => Some(with_checksum(id)),
        18 => restore_case(id),
        _ => None,
    }
}

/// The id of the `number`-th record with this three-letter prefix.
pub(crate) fn numbered(prefix: &str, number: u64) -> String {
    let mut digits = [b'0'; 10];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        let value = usize::try_from(rest % 62).unwrap_or_default();
        *digit = BASE62.get(value).copied().unwrap_or(b'0');
        rest /= 62;
    }
    with_checksum(&format!("{prefix}xx{}", String::from_utf8_lossy(&digits)))
}

fn with_checksum(id15: &str) -> String {
    let mut id = String::with_capacity(18);
    id.push_str(id15);
    for chunk in id15.as_bytes().chunks(5) {
        let bits = chunk
            .iter()
            .enumerate()
            .filter(|(_, byte)| byte.is_ascii_uppercase())
            .fold(0_usize, |bits, (place, _)| bits | 1 << place);
        id.push(char::from(CHECK.get(bits).copied().unwrap_or(b'A')));
    }
    id
}

fn restore_case(id18: &str) -> Option<String> {
    let (body, check) = id18.split_at_checked(15)?;
    let mut id15 = String::with_capacity(15);
    for (chunk, check) in body.as_bytes().chunks(5).zip(check.bytes()) {
        let bits = CHECK.iter().position(|letter| *letter == check.to_ascii_uppercase())?;
        for (place, byte) in chunk.iter().enumerate() {
            let upper = bits & (1 << place) != 0;
            if upper && !byte.is_ascii_alphabetic() {
                return None;
            }
            id15.push(char::from(if upper { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }));
        }
    }
    Some(with_checksum(&id15))
}

#[cfg(test)]
mod tests {
    use super::{ADMINISTRATOR, ORGANIZATION, normalise, numbered};

    #[test]
    fn fifteen_characters_get_the_published_checksum() {
        // Pairs from the vendor's documentation and from real messages.
        for (short, long) in [
            ("00Dxx0000001gPL", ORGANIZATION),
            ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
            ("005xx000001SwiU", "005xx000001SwiUAAS"),
        ] {
            assert_eq!(normalise(short).as_deref(), Some(long));
            assert_eq!(normalise(long).as_deref(), Some(long));
        }
    }

    #[test]
    fn lost_case_is_restored_from_the_checksum() {
        assert_eq!(normalise("001a0000006vm9riac").as_deref(), Some("001A0000006Vm9rIAC"));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for wrong in ["", "abc", "00Dxx0000001gP", "00Dxx0000001gPLEA!", "00Dxx0000001gPLEAYY", "001000000000000ZZZ"] {
            assert_eq!(normalise(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbered_ids_are_valid_and_distinct() {
        let first = numbered("00Q", 1);
        assert_eq!(first, "00Qxx0000000001EAA");
        assert_eq!(numbered("005", 1), ADMINISTRATOR);
        assert_eq!(normalise(&first), Some(first.clone()));
        assert_ne!(first, numbered("00Q", 62));
    }
}
