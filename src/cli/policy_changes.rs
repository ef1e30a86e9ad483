//! What a policy version changes: its numbers and names, and who moves by them

use std::collections::BTreeSet;

use serde_json::Value;

use super::policies;
use super::told::clean;
use crate::api::views::PolicyDiff;
use crate::client::Client;
use crate::event::PolicyPublished;

/// Most differences told one by one.
const TOLD: usize = 60;

/// What a version changes of the one in force, and who would move; of a version that is in force or was,
/// what it changed of the one before it.
pub(super) async fn of(client: &Client, new: &PolicyPublished) -> Option<Vec<String>> {
    let in_force = policies::version(client, None).await.ok()?;
    let pending = in_force.row.version < new.version;
    let old = match pending {
        true => in_force,
        false => policies::version(client, Some(new.version.checked_sub(1)?)).await.ok()?,
    };
    let number = old.row.version;
    let (before, after) = (serde_json::to_value(&old.policy).ok()?, serde_json::to_value(&new.policy).ok()?);
    let mut found = Vec::new();
    differences("", &before, &after, &mut found);
    let (all, more) = (found.len(), found.len().saturating_sub(TOLD));
    found.truncate(TOLD);
    let mut said = vec![match all {
        0 => format!("giống phiên bản {number} / the same as version {number}"),
        _ => format!("{all} chỗ khác phiên bản {number} / {all} differences from version {number}:"),
    }];
    said.append(&mut found);
    if more > 0 {
        said.push(format!("… (+{more})"));
    }
    if pending {
        said.extend(moved(client, &after).await);
    }
    Some(said)
}

/// How many would move, and between which bands.
async fn moved(client: &Client, policy: &Value) -> Option<String> {
    let asked = client.post("/v1/policies/diff?limit=1", serde_json::to_vec(policy).ok()?).await;
    let diff: PolicyDiff = asked.ok()?;
    let (moved, all) = (diff.moved, diff.subjects);
    let band = |band: Option<char>| band.map_or("–".to_owned(), |band| band.to_string());
    let bands =
        diff.bands.iter().map(|one| format!("{} → {}: {}", band(one.from), band(one.to), one.subjects));
    let bands: Vec<String> = bands.collect();
    let bands = if bands.is_empty() { String::new() } else { format!(" ({})", bands.join(", ")) };
    Some(format!(
        "{moved} trong {all} KOL đổi điểm / {moved} of {all} KOLs move{bands}: `tinnhiem policy diff`"
    ))
}

/// Where two documents differ, each place by its path.
fn differences(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
                let of =
                    |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or_default();
                differences(&inside(name), &of(old), &of(new), found);
            }
        }
        (Value::Array(old), Value::Array(new)) if named(old) && named(new) => {
            for id in old.iter().chain(new).map(id).collect::<BTreeSet<_>>() {
                let of =
                    |list: &[Value]| list.iter().find(|one| self::id(one) == id).cloned().unwrap_or_default();
                differences(&inside(id), &of(old), &of(new), found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{}: {} → {}", clean(path), shown(before), shown(after))),
    }
}

/// Whether the things in a list have names of their own.
fn named(list: &[Value]) -> bool {
    list.iter().all(|one| !id(one).is_empty())
}

/// A thing's own name.
fn id(one: &Value) -> &str {
    one["id"].as_str().or(one["band"].as_str()).unwrap_or_default()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Object(_) if value["name"]["vi"].is_string() => {
            clean(value["name"]["vi"].as_str().unwrap_or("–"))
        }
        value => clean(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_told_by_path_and_by_name() {
        let before =
            json!({"a": {"b": 1, "c": [1]}, "list": [{"id": "I1", "max": 2}, {"id": "I2", "max": 2}]});
        let after = json!({"a": {"b": 2, "c": [1]}, "list": [{"id": "I2", "max": 3}], "new": null});
        let mut found = Vec::new();
        differences("", &before, &after, &mut found);
        assert_eq!(found, ["a.b: 1 → 2", "list.I1: {\"id\":\"I1\",\"max\":2} → –", "list.I2.max: 2 → 3"]);
        let mut found = Vec::new();
        differences("", &before, &before, &mut found);
        assert!(found.is_empty());
    }
}
