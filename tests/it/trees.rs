//! Trees, proofs, tiles and notes, against an independent implementation and against tampering.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tinnhiem::client::Draft;
use tinnhiem::dsse::SecretKey;
use tinnhiem::event::{LedgerKeyRotated, PartyId};
use tinnhiem::log::*;
use tlog_tiles::tlog as oracle;

/// The oracle's hashes, in the order it stores them.
#[derive(Default)]
struct Stored(Vec<oracle::Hash>);

impl oracle::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<oracle::Hash>, oracle::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

/// Our tiles and the oracle's hashes over the same entries.
#[derive(Default)]
struct Both {
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
    frontier: Frontier,
    stored: Stored,
    roots: Vec<Hash>,
}

impl Both {
    fn of(size: u64) -> Self {
        let mut both = Self { roots: vec![empty_root()], ..Self::default() };
        for number in 0..size {
            let entry = entry(number);
            let tiles = &mut both.tiles;
            both.frontier.append(leaf_hash(&entry), |node| {
                let row = tiles.entry((node.level, node.index / 256)).or_default();
                assert_eq!(row.len() as u64, node.index % 256);
                row.push(node.hash);
            });
            both.roots.push(both.frontier.root());
            let hashes = oracle::stored_hashes(number, &entry, &both.stored).unwrap();
            both.stored.0.extend(hashes);
        }
        both
    }
}

impl TileSource for Both {
    type Error = std::convert::Infallible;

    fn hashes(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, Self::Error> {
        Ok(self.tiles[&(level, index)][..usize::from(width)].to_vec())
    }
}

fn entry(number: u64) -> Vec<u8> {
    blake3::hash(&number.to_be_bytes()).as_bytes()[..(number % 32) as usize + 1].to_vec()
}

fn same(ours: &[Hash], theirs: &[oracle::Hash]) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(one, other)| *one.as_bytes() == other.0)
}

#[test]
fn every_tree_up_to_600_agrees_with_the_oracle_at_every_index() {
    let both = Both::of(600);
    for size in 1..=600 {
        let expected = oracle::tree_hash(size, &both.stored).unwrap();
        let our_root = both.roots[size as usize];
        assert_eq!(*our_root.as_bytes(), expected.0, "root of {size}");
        let nodes = TileNodes::new(&both, size);
        assert_eq!(Frontier::from_nodes(&nodes, size).unwrap().root(), our_root);
        for index in 0..size {
            let proof = inclusion_proof(&nodes, size, index).unwrap();
            let theirs = oracle::prove_record(size, index, &both.stored).unwrap();
            assert!(same(&proof, &theirs), "entry {index} of {size}");
            verify_inclusion(size, index, &leaf_hash(&entry(index)), &proof, &our_root).unwrap();
        }
        for from in 1..=size {
            let proof = consistency_proof(&nodes, from, size).unwrap();
            let theirs = oracle::prove_tree(size, from, &both.stored).unwrap();
            assert!(same(&proof, &theirs), "{from} to {size}");
            verify_consistency(from, &both.roots[from as usize], size, &our_root, &proof).unwrap();
        }
    }
}

#[test]
fn tiles_are_named_and_filled_as_the_oracle_says() {
    let size = 600;
    let both = Both::of(size);
    let ours: std::collections::BTreeSet<String> = TileId::of_size(size).map(|tile| tile.path()).collect();
    let theirs = tlog_tiles::tile::Tile::new_tiles(8, 0, size);
    let published = theirs.iter().map(|tile| tile.path().replacen("tile/8/", "tile/", 1));
    assert_eq!(ours, published.collect());
    for tile in &theirs {
        let hashes = &both.tiles[&(tile.level(), tile.level_index())];
        let body: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        assert_eq!(tile.read_data(&both.stored).unwrap(), body);
    }
}

proptest! {
    #[test]
    fn a_changed_proof_proves_nothing(size in 1u64..600, pick: u64, at: prop::sample::Index, bit in 0usize..256) {
        let both = Both::of(size);
        let (index, root) = (pick % size, both.roots[size as usize]);
        let leaf = leaf_hash(&entry(index));
        let proof = inclusion_proof(&TileNodes::new(&both, size), size, index).unwrap();
        prop_assert!(verify_inclusion(size, index, &leaf, &proof, &root).is_ok());
        prop_assert!(verify_inclusion(size, index + 1, &leaf, &proof, &root).is_err());
        prop_assert!(verify_inclusion(size, size, &leaf, &proof, &root).is_err());
        let longer = [proof.as_slice(), &[leaf]].concat();
        prop_assert!(verify_inclusion(size, index, &leaf, &longer, &root).is_err());
        if !proof.is_empty() {
            prop_assert!(verify_inclusion(size, index, &leaf, &proof[1..], &root).is_err());
            let mut changed = proof.clone();
            let one = at.index(changed.len());
            let mut bytes = *changed[one].as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            changed[one] = Hash::from_bytes(bytes);
            prop_assert!(verify_inclusion(size, index, &leaf, &changed, &root).is_err());
        }
        let from = 1 + pick % size;
        let proof = consistency_proof(&TileNodes::new(&both, size), from, size).unwrap();
        let old = both.roots[from as usize];
        prop_assert!(verify_consistency(from, &old, size, &root, &proof).is_ok());
        prop_assert!(verify_consistency(from, &leaf, size, &root, &proof).is_err() || old == leaf);
        if from < size {
            prop_assert!(verify_consistency(from, &old, size, &leaf, &proof).is_err());
            prop_assert!(verify_consistency(from, &old, size, &root, &[]).is_err() );
        }
    }

    #[test]
    fn texts_from_outside_get_an_answer(text in "(?s).{0,400}", lines in prop::collection::vec("[ -~]{0,60}", 0..8)) {
        let key = SecretKey::from_seed([1; 32]);
        let log = VerifierKey::ed25519("example.com/log", key.public());
        for text in [text, lines.join("\n"), format!("c2sp.org/tlog-proof@v1\n{}", lines.join("\n"))] {
            let _ = Note::parse(&text);
            let _ = SignedCheckpoint::open(&text, &log);
            let _ = Receipt::parse(&text).map(|receipt| receipt.verify(&log));
            let _ = text.parse::<VerifierKey>();
            let _ = TileId::parse(&text);
            let _ = BundleId::parse(&text);
            let _ = parse_bundle(text.as_bytes());
        }
    }

    #[test]
    fn paths_read_as_they_were_written(level in 0u8..64, index: u32, width in 1u16..=256) {
        let tile = TileId { level, index: u64::from(index), width };
        let path = tile.path();
        prop_assert_eq!(TileId::parse(path.strip_prefix("tile/").unwrap()), Ok(tile));
        let bundle = BundleId { index: u64::from(index), width };
        prop_assert_eq!(BundleId::parse(bundle.path().strip_prefix("tile/entries/").unwrap()), Ok(bundle));
    }
}

/// The receipt of an entry in a small log, and the log's key.
fn receipt() -> (Receipt, VerifierKey) {
    let (log_key, key) = (SecretKey::from_seed([5; 32]), SecretKey::from_seed([6; 32]));
    let origin: Origin = "receipts.example/log".parse().unwrap();
    let mut prev = ChainHash::of_origin(&origin);
    let mut entries = Vec::new();
    for number in 0..11 {
        let at = tinnhiem::time::Timestamp::from_ms(1000 + number).unwrap();
        let body = LedgerKeyRotated { old: log_key.public(), new: key.public() };
        let draft = Draft::new(&origin, PartyId::council(), None, at, body);
        let event = draft.sign(&[&key]).unwrap().envelope.verify().unwrap();
        let entry = Entry::encode(at, &prev, &event);
        prev = ChainHash::of_entry(&entry);
        entries.push(entry);
    }
    let mut tiles = BTreeMap::<(u8, u64), Vec<Hash>>::new();
    let mut frontier = Frontier::default();
    for entry in &entries {
        frontier.append(leaf_hash(entry), |node| {
            tiles.entry((node.level, node.index / 256)).or_default().push(node.hash);
        });
    }
    let both = Both { tiles, ..Both::default() };
    let proof = inclusion_proof(&TileNodes::new(&both, 11), 11, 6).unwrap();
    let checkpoint = Checkpoint { origin: origin.clone(), size: 11, root: frontier.root() }.sign(&log_key);
    let receipt =
        Receipt { entry: entries[6].clone(), index: 6, proof, checkpoint: checkpoint.note().to_owned() };
    (receipt, VerifierKey::ed25519(origin.as_str(), log_key.public()))
}

#[test]
fn a_receipt_with_any_byte_flipped_proves_nothing() {
    let (receipt, log) = receipt();
    let text = receipt.to_text();
    let verified = Receipt::parse(&text).unwrap().verify(&log).unwrap();
    assert_eq!((verified.seq, verified.checkpoint.size), (6, 11));
    for at in 0..text.len() {
        for flip in [1, 2, 0x20, 0x80] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= flip;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let verified = Receipt::parse(&changed).and_then(|receipt| receipt.verify(&log));
            assert!(verified.is_err(), "byte {at}: {changed}");
        }
    }
    let other = VerifierKey::ed25519("receipts.example/log", SecretKey::from_seed([7; 32]).public());
    assert!(receipt.verify(&other).is_err());
}

#[test]
fn notes_and_checkpoints_are_read_by_the_oracle() {
    use signed_note::{Note as TheirNote, StandardVerifier, VerifierList};
    let (receipt, log) = receipt();
    let note = TheirNote::from_bytes(receipt.checkpoint.as_bytes()).unwrap();
    let verifier = StandardVerifier::new(&log.to_string()).unwrap();
    let (verified, unverified) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 0));
    let ours = SignedCheckpoint::open(&receipt.checkpoint, &log).unwrap();
    let theirs = tlog_tiles::checkpoint::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!(theirs.origin(), ours.checkpoint().origin.as_str());
    assert_eq!(theirs.size(), 11);
    assert_eq!(theirs.hash().0, *ours.checkpoint().root.as_bytes());
}
