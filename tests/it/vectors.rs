//! Every value of the golden vectors, computed anew.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tinnhiem::dsse::{Envelope, PAYLOAD_TYPE, SecretKey, pae};
use tinnhiem::event::{Commitment, Event};
use tinnhiem::log::*;
use tinnhiem::time::Timestamp;

const EVENT: &str = include_str!("../vectors/event.md");
const C2SP: &str = include_str!("../vectors/c2sp.md");
const MERKLE: &str = include_str!("../vectors/merkle.json");

/// The key of seed 00 01 … 1f.
fn key() -> SecretKey {
    SecretKey::from_seed(std::array::from_fn(|at| at as u8))
}

/// The lines of the nth fenced block.
fn fenced(text: &str, nth: usize) -> String {
    let block = text.split("```\n").nth(2 * nth + 1).expect("the block is there");
    block.to_owned()
}

/// What stands between backquotes in a row of a table, the last such.
fn cell(text: &str, row: &str) -> String {
    let line = text.lines().find(|line| line.contains(row)).expect("the row is there");
    let value = line.rsplit(" | ").next().expect("the cell is there");
    value.split('`').nth(1).expect("the value is quoted").to_owned()
}

#[test]
fn one_event_from_payload_to_leaf() {
    let payload = fenced(EVENT, 0).trim_end().to_owned();
    assert_eq!(payload.len(), 220);
    assert!(EVENT.contains(&format!("`keyid` = `{}`", key().public())));
    let event = Event::parse(payload.as_bytes()).unwrap();
    assert_eq!(event.to_payload(), payload.as_bytes());
    let signed = pae(PAYLOAD_TYPE, payload.as_bytes());
    assert!(signed.starts_with(b"DSSEv1 35 application/vnd.tinnhiem.event+json 220 "));
    let verified = Envelope::sign(payload.into_bytes(), &[&key()]).unwrap().verify().unwrap();
    let signature = STANDARD.encode(verified.signatures()[0].1.as_bytes());
    assert_eq!(signature, cell(EVENT, "| signature over the PAE"));
    assert_eq!(verified.id().to_string(), cell(EVENT, "| event id, BLAKE3(PAE)"));
    let origin: Origin = "ledger.example/2026".parse().unwrap();
    let at = Timestamp::from_ms(1_795_143_845_678).unwrap();
    let entry = Entry::encode(at, &ChainHash::of_origin(&origin), &verified);
    assert_eq!(entry.len(), 358);
    let row = EVENT.lines().find(|line| line.starts_with("| entry at seq 0")).unwrap();
    assert!(row.contains(&format!("358, `{}`", ChainHash::of_entry(&entry))));
    assert_eq!(leaf_hash(&entry).to_string(), cell(EVENT, "| its Merkle leaf hash"));
    let salt = std::array::from_fn(|at| at as u8);
    let commitment = Commitment::to(&salt, "Trần Bảo Ngân".as_bytes());
    assert_eq!(commitment.to_string(), cell(EVENT, "| commitment to"));
}

#[test]
fn notes_checkpoints_and_cosignatures() {
    let block = fenced(C2SP, 0);
    let vkey = |kind: &str| {
        let line = block.lines().find(|line| line.starts_with(kind)).unwrap();
        line.split_whitespace().last().unwrap().to_owned()
    };
    let name = "witness.example/w1";
    assert_eq!(VerifierKey::ed25519(name, key().public()).to_string(), vkey("0x01"));
    assert_eq!(VerifierKey::cosigner(name, key().public()).to_string(), vkey("0x04"));
    for text in [vkey("0x01"), vkey("0x04")] {
        assert_eq!(text.parse::<VerifierKey>().unwrap().to_string(), text);
    }
    let body = "example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n";
    assert!(block.contains(&body.replace('\n', "\\n")));
    let line = cosignature_line(body, name, 1_679_315_147, &key());
    assert!(block.contains(line.trim_end()), "{line}");

    let whole = fenced(C2SP, 1);
    let claim = SignedCheckpoint::claim(&whole).unwrap();
    let signed = claim.sign(&key());
    assert_eq!(signed.note(), whole);
    let log = VerifierKey::ed25519("ledger.example/2026", key().public());
    assert!(C2SP.contains(&log.to_string()));
    let opened = SignedCheckpoint::open(&whole, &log).unwrap();
    assert_eq!(opened.checkpoint().size, 70_000);
}

#[derive(Deserialize)]
struct Merkle {
    roots: BTreeMap<u64, Hash>,
    inclusion: Vec<Inclusion>,
    consistency: Vec<Consistency>,
    tiles_sha256: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Inclusion {
    size: u64,
    index: u64,
    proof: Vec<Hash>,
}

#[derive(Deserialize)]
struct Consistency {
    from: u64,
    to: u64,
    proof: Vec<Hash>,
}

/// The tiles of the tree over "0", "1", "2", …, and its roots by size.
struct Tree {
    tiles: BTreeMap<(u8, u64), Vec<Hash>>,
    roots: Vec<Hash>,
}

impl Tree {
    fn of(size: u64) -> Self {
        let mut tree = Self { tiles: BTreeMap::new(), roots: vec![Frontier::default().root()] };
        let mut frontier = Frontier::default();
        for number in 0..size {
            let tiles = &mut tree.tiles;
            frontier.append(leaf_hash(number.to_string().as_bytes()), |node| {
                tiles.entry((node.level, node.index / 256)).or_default().push(node.hash);
            });
            tree.roots.push(frontier.root());
        }
        tree
    }
}

impl TileSource for Tree {
    type Error = std::convert::Infallible;

    fn hashes(&self, level: u8, index: u64, _width: u16) -> Result<Vec<Hash>, Self::Error> {
        Ok(self.tiles[&(level, index)].clone())
    }
}

#[test]
fn trees_proofs_and_tiles() {
    let merkle: Merkle = serde_json::from_str(MERKLE).unwrap();
    let tree = Tree::of(70_000);
    for (size, expected) in &merkle.roots {
        assert_eq!(tree.roots[*size as usize], *expected, "root of {size}");
        if *size > 0 {
            assert_eq!(root(&TileNodes::new(&tree, *size), *size).unwrap(), *expected);
        }
    }
    for one in &merkle.inclusion {
        let proof = inclusion_proof(&TileNodes::new(&tree, one.size), one.size, one.index).unwrap();
        assert_eq!(proof, one.proof, "{} of {}", one.index, one.size);
        let leaf = leaf_hash(one.index.to_string().as_bytes());
        verify_inclusion(one.size, one.index, &leaf, &proof, &tree.roots[one.size as usize]).unwrap();
    }
    for one in &merkle.consistency {
        let proof = consistency_proof(&TileNodes::new(&tree, one.to), one.from, one.to).unwrap();
        assert_eq!(proof, one.proof, "{} to {}", one.from, one.to);
        let (from, to) = (tree.roots[one.from as usize], tree.roots[one.to as usize]);
        verify_consistency(one.from, &from, one.to, &to, &proof).unwrap();
    }
    for (path, expected) in &merkle.tiles_sha256 {
        let tile = TileId::parse(path.strip_prefix("tile/").unwrap()).unwrap();
        assert_eq!(tile.path(), *path);
        let hashes = &tree.tiles[&(tile.level, tile.index)];
        let body: Vec<u8> =
            hashes[..usize::from(tile.width)].iter().flat_map(|hash| *hash.as_bytes()).collect();
        let digest: [u8; 32] = Sha256::digest(&body).into();
        assert_eq!(blake3::Hash::from_bytes(digest).to_hex().as_str(), expected, "{path}");
    }
}
