//! The rows of what terminals send, whole and in pieces, and what holds for any bytes.

use proptest::prelude::*;

use super::*;

/// A moment, so many milliseconds after the beginning.
fn at(beginning: Instant, ms: u64) -> Instant {
    beginning + Duration::from_millis(ms)
}

/// Returns an event as one writes it.
fn told(event: &Event) -> String {
    match event {
        Event::Key(key) => {
            let held: Vec<&str> =
                [(KeyModifiers::CONTROL, "Ctrl+"), (KeyModifiers::ALT, "Alt+"), (KeyModifiers::SHIFT, "Shift+")]
                    .into_iter()
                    .filter(|(modifier, _)| key.modifiers.contains(*modifier))
                    .map(|(_, name)| name)
                    .collect();
            let code = match key.code {
                KeyCode::Char(c) => c.to_string(),
                KeyCode::F(number) => format!("F{number}"),
                other => format!("{other:?}"),
            };
            format!("{}{code}", held.concat())
        }
        Event::Paste(text) => format!("paste {text}"),
        other => format!("{other:?}"),
    }
}

/// Sends pieces, one after the other by so many milliseconds, then waits; gives what came of it.
fn sent(pieces: &[&[u8]], gap: u64) -> String {
    let (beginning, mut decoder, mut now, mut events) = (Instant::now(), Decoder::default(), 0, Vec::new());
    for piece in pieces {
        if decoder.until().is_some_and(|until| until <= at(beginning, now)) {
            events.extend(decoder.pass(at(beginning, now)));
        }
        events.extend(decoder.take(piece, at(beginning, now)));
        now += gap;
    }
    while let Some(until) = decoder.until() {
        events.extend(decoder.pass(until));
    }
    events.iter().map(told).collect::<Vec<_>>().join(" ")
}

#[test]
fn keys() {
    let rows: [(&[u8], &str); 46] = [
        (b"aB?", "a Shift+B ?"),
        ("é€𝄞".as_bytes(), "é € 𝄞"),
        (b"\r\t\x7f\x08\n", "Enter Tab Backspace Ctrl+h Ctrl+j"),
        (b"\x03\x0c\x1a\x00\x1c", "Ctrl+c Ctrl+l Ctrl+z Ctrl+  Ctrl+4"),
        (b"\x1b", "Esc"),
        (b"\x1b\x1b", "Esc Esc"),
        (b"\x1b\x1ba", "Esc Alt+a"),
        (b"\x1b\x03", "Esc Ctrl+c"),
        (b"\x1b[A\x1b[B\x1b[C\x1b[D", "Up Down Right Left"),
        (b"\x1bOA\x1bOB\x1bOC\x1bOD", "Up Down Right Left"),
        (b"\x1b[H\x1b[F\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "Home End Home End Home End Home End"),
        (b"\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "Insert Delete PageUp PageDown"),
        (b"\x1bOP\x1bOQ\x1bOR\x1bOS", "F1 F2 F3 F4"),
        (b"\x1b[[A\x1b[[E", "F1 F5"),
        (b"\x1b[11~\x1b[12~\x1b[15~\x1b[17~\x1b[24~", "F1 F2 F5 F6 F12"),
        (b"\x1b[1;2P\x1b[1;5R\x1b[15;5~", "Shift+F1 Ctrl+F3 Ctrl+F5"),
        (b"\x1b[Z\x1b[9;2u", "Shift+BackTab Shift+BackTab"),
        (b"\x1b[1;5C\x1b[1;3D\x1b[1;2A", "Ctrl+Right Alt+Left Shift+Up"),
        (b"\x1b[a\x1bOa\x1b[3^", "Shift+Up Ctrl+Up Ctrl+Delete"),
        (b"\x1bb\x1bf\x1bd\x1b\x7f", "Alt+b Alt+f Alt+d Alt+Backspace"),
        (b"\x1b\r\x1b\t", "Alt+Enter Alt+Tab"),
        (b"\x1b\x1b[A\x1b\x1bOB", "Alt+Up Alt+Down"),
        ("\x1bé".as_bytes(), "Alt+é"),
        (b"\x1b[99;5u\x1b[27;5;99~\x1b[13u\x1b[27u", "Ctrl+c Ctrl+c Enter Esc"),
        (b"\x1b[57414u\x1b[57358u\x1bOM\x1bOk", "Enter Enter +"),
        (b"\x1b[97;1:1u", "a"),
        // What is no character is no key.
        (b"a\xff\xc3b\xe2\x82", "a b"),
        ("\u{85}a".as_bytes(), "a"),
        // A sequence that is not known, and one that a key cuts off.
        (b"\x1b[99~\x1b[5;6;7h\x1bOzq", "q"),
        (b"\x1b[12\x03q", "Ctrl+c q"),
        (b"\x1b[1;2\x1b[B", "Down"),
        // Chords of the beginnings of answers.
        (b"\x1b[", ""),
        (b"\x1b]", ""),
        (b"\x1bP", ""),
        // Focus, mice, and where the cursor is.
        (b"\x1b[I\x1b[Oq", "q"),
        (b"\x1b[<0;5;5M\x1b[<0;5;5mq", "q"),
        (b"\x1b[M !!q", "q"),
        (b"\x1b[32;5;5Mq", "q"),
        (b"\x1b[5;10Rq", "q"),
        (b"\x1b[4;600;800tq", "q"),
        // Pastes.
        (b"\x1b[200~a\r\nb\x1b[201~q", "paste a\r\nb q"),
        (b"\x1b[200~\x1b[201~q", "q"),
        (b"\x1b[201~q", "q"),
        (b"\x1b[200~a\x1b[A\x03b\x1b[201~q", "paste a\x1b[A\x03b q"),
        (b"\x1b[200~a\x1b[20", "paste a"),
        (b"\x1b[200~abc", "paste abc"),
    ];
    for (bytes, what) in rows {
        assert_eq!(sent(&[bytes], 0), what, "{}", bytes.escape_ascii());
    }
}

/// The answers of terminals that `docs/facts/terminal.md` 2 names, and others of their kinds.
const ANSWERS: [&[u8]; 14] = [
    b"\x1b]11;rgb:1414/1919/1f1f\x1b\\",
    b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]52;c;c2VjcmV0\x07",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    b"\x1bP>|xterm(390)\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1b[>0;276;0c",
    b"\x1b[?62;22c",
    b"\x1b[?997;1n",
    b"\x1b[?2026;2$y",
    b"\x1b[?1u",
    b"\x1b[0n",
];

#[test]
fn answers_are_swallowed_whole_and_in_pieces() {
    for answer in ANSWERS {
        let whole = [answer, b"q".as_slice()].concat();
        assert_eq!(sent(&[&whole], 0), "q", "{}", answer.escape_ascii());
        for cut in 1..answer.len() {
            let (before, after) = answer.split_at(cut);
            let cut = format!("{} | {}", before.escape_ascii(), after.escape_ascii());
            assert_eq!(sent(&[before, after, b"q"], 50), "q", "{cut}");
        }
        let bytes: Vec<&[u8]> = answer.chunks(1).chain([b"q".as_slice()]).collect();
        assert_eq!(sent(&bytes, 50), "q", "byte by byte: {}", answer.escape_ascii());
    }
}

/// Returns the background that was told by bytes that came in those pieces.
fn background(pieces: &[&[u8]]) -> Option<Background> {
    let (beginning, mut decoder) = (Instant::now(), Decoder::default());
    for (piece, now) in pieces.iter().zip((0..).step_by(50)) {
        assert_eq!(decoder.take(piece, at(beginning, now)), [], "{}", piece.escape_ascii());
    }
    let told = decoder.background();
    assert_eq!(decoder.background(), None, "it is taken once");
    told
}

#[test]
fn the_background_is_told_whole_and_in_pieces() {
    for (answer, told) in [
        (b"\x1b]11;rgb:1414/1919/1f1f\x1b\\".as_slice(), Some(Background::Dark)),
        (b"\x1b]11;rgb:ffff/ffff/ffff\x07", Some(Background::Light)),
        (b"\x1b]10;rgb:ffff/ffff/ffff\x07", None),
        // Of another kind, and cut off by a sequence.
        (b"\x1bP11;rgb:ffff/ffff/ffff\x1b\\", None),
        (b"\x1b]11;rgb:ffff/ffff/ffff\x1b[I", None),
    ] {
        assert_eq!(background(&[answer]), told, "{}", answer.escape_ascii());
        for cut in 1..answer.len() {
            let (before, after) = answer.split_at(cut);
            assert_eq!(background(&[before, after]), told, "{} | {}", before.escape_ascii(), after.escape_ascii());
        }
    }
    let long = [b"\x1b]11;rgb:ffff/ffff/ffff".as_slice(), &[b'0'; 1000], b"\x07"].concat();
    assert_eq!(background(&[&long]), None);
}

#[test]
fn an_answer_without_its_end_ends_by_time_and_a_key_ends_it_at_once() {
    assert_eq!(sent(&[b"\x1b]11;rgb:14", b"q"], 1_000), "q");
    assert_eq!(sent(&[b"\x1b]11;rgb:14", b"\x03", b"q"], 10), "Ctrl+c q");
    assert_eq!(sent(&[b"\x1b]11;rgb:14", b"\x1b[B", b"q"], 10), "Down q");
    assert_eq!(sent(&[b"\x1b]11;rgb:14", b"\r", b"q"], 10), "Enter q");
}

#[test]
fn a_sequence_that_comes_late_is_one_key() {
    for (first, second, key) in [
        (b"\x1b".as_slice(), b"[B".as_slice(), "Down"),
        (b"\x1b[", b"B", "Down"),
        (b"\x1bO", b"B", "Down"),
        (b"\x1b[1", b"5~", "F5"),
        (b"\xc3", b"\xa9", "é"),
    ] {
        for gap in [1, 30, 50, 99] {
            assert_eq!(sent(&[first, second], gap), key, "{} after {gap} ms", first.escape_ascii());
        }
    }
    assert_eq!(sent(&[b"\x1b", b"b"], 101), "Esc b");
}

#[test]
fn a_paste_without_its_end_ends_by_time_by_size_or_by_control_c() {
    assert_eq!(sent(&[b"\x1b[200~abc", b"q"], 1_000), "paste abc q");
    assert_eq!(sent(&[b"\x1b[200~abc", b"\x03", b"q"], 10), "paste abc Ctrl+c q");
    // Its end may come in pieces.
    assert_eq!(sent(&[b"\x1b[200~abc\x1b", b"[20", b"1~q"], 90), "paste abc q");
    let now = Instant::now();
    let mut decoder = Decoder::default();
    assert_eq!(decoder.take(b"\x1b[200~", now), []);
    let block = vec![b'x'; 64 * 1024];
    let ended = (0..=MOST / block.len() + 1).find_map(|_| decoder.take(&block, now).pop()).expect("it ends by size");
    let Event::Paste(text) = ended else { panic!("no paste: {ended:?}") };
    assert_eq!(text.len(), MOST_KEPT, "no more is kept than this");
}

#[test]
fn what_nobody_types_at_once_is_a_paste() {
    let long = "x".repeat(TYPED_AT_ONCE);
    assert_eq!(sent(&[format!("{long}\r").as_bytes()], 0), format!("paste {long} Enter"));
    assert_eq!(sent(&[b"contoso.com\r"], 0), "c o n t o s o . c o m Enter");
}

proptest! {
    /// Any bytes in any pieces: everything ends, little is kept, and then a key is a key.
    #[test]
    fn any_bytes_end(pieces in proptest::collection::vec(proptest::collection::vec(bytes(), 0..40), 0..20)) {
        let now = Instant::now();
        let mut decoder = Decoder::default();
        for piece in &pieces {
            decoder.take(piece, now);
            prop_assert!(decoder.kept.len() <= 2 * sequence::LONGEST, "{} bytes are kept", decoder.kept.len());
        }
        let mut waited = 0;
        while let Some(until) = decoder.until() {
            prop_assert!(until <= now + STILL * 4, "it is waited for too long");
            decoder.pass(until);
            waited += 1;
            prop_assert!(waited < 4, "it does not end");
        }
        let events = decoder.take(b"q", now);
        prop_assert_eq!(events.iter().map(told).collect::<Vec<_>>(), ["q"]);
    }

    /// Cutting bytes in pieces that come at once changes nothing, but for what is a paste by its length.
    #[test]
    fn pieces_are_as_the_whole(all in proptest::collection::vec(bytes(), 0..TYPED_AT_ONCE), cut in any::<proptest::sample::Index>()) {
        let (before, after) = all.split_at(cut.index(all.len() + 1));
        // Ctrl+C alone ends a paste.
        prop_assume!(before != [CTRL_C] && after != [CTRL_C]);
        prop_assert_eq!(sent(&[before, after], 0), sent(&[&all], 0));
    }

    /// A paste gives its text, whatever that is.
    #[test]
    fn a_paste_is_its_text(text in "[^\u{1b}]{1,200}") {
        prop_assert_eq!(sent(&[format!("\x1b[200~{text}\x1b[201~").as_bytes()], 0), format!("paste {text}"));
    }
}

/// Bytes, among them many of those that sequences are made of.
fn bytes() -> impl Strategy<Value = u8> {
    prop_oneof![any::<u8>(), proptest::sample::select(b"\x1b\x1b\x1b[]OP_M;:?~012 \\\x07\x03\r".as_slice())]
}
