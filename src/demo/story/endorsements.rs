//! Endorsements and paid work.

use super::{Story, issuer, key, party, salt, subject};
use crate::demo::cast::{HAN, INFLUENCERS};
use crate::dsse::SecretKey;
use crate::event::*;

impl Story {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn endorse(
        &mut self,
        days_ago: i32,
        endorser: &str,
        signer: &SecretKey,
        seed: &str,
        topic: &str,
        relation: Relation,
    ) {
        let issuer = issuer(endorser);
        let body = EndorsementPublished {
            relation,
            value_band: (relation == Relation::Commercial).then_some(ValueBand::Under100m),
            topic: topic.parse().expect("a topic"),
            expires_on: self.date(days_ago).plus_days(365),
            statement: None,
        };
        self.add(days_ago, issuer, Some(subject(seed)), body, Vec::new(), &[signer]);
    }

    /// Endorses subjects of the cast in turn, skipping oneself and the worked example's.
    pub(super) fn endorse_many(&mut self, days_ago: i32, endorser: &str, count: usize) {
        let slots = INFLUENCERS
            .iter()
            .filter(|one| one.seed != HAN && one.seed != endorser)
            .flat_map(|one| one.topics.iter().map(|topic| (one.seed, *topic)));
        let slots: Vec<_> = slots.take(count).collect();
        assert_eq!(slots.len(), count, "the cast is large enough");
        for (seed, topic) in slots {
            self.endorse(days_ago, endorser, &key(endorser), seed, topic, Relation::None);
        }
    }

    pub(super) fn endorsements(&mut self) {
        let agency = key("van-khe");
        self.endorse(75, "van-khe", &agency, "lenh", "du-lich", Relation::None);
        self.endorse(80, "nhip-so", &key("nhip-so"), "ngan", "am-thuc", Relation::Professional);
        self.endorse(70, "doi-xanh", &key("doi-xanh"), "thu", "me-va-be", Relation::Commercial);
        // Her employer: shown, and worth nothing.
        self.endorse(28, "song-hong-moi", &key("song-hong-moi"), "dung", "y-te", Relation::FamilyOwner);
        self.endorse(66, "van-khe", &agency, "phiep", "van-hoa", Relation::None);
        // The ring.
        let ring = ["duyen", "tan", "quynh"];
        for giver in ring {
            for receiver in ring.into_iter().filter(|receiver| *receiver != giver) {
                self.endorse(90, giver, &key(giver), receiver, "thoi-trang", Relation::None);
            }
        }
    }

    /// Work that is paid for: declared at once by one, and after hiding it by another.
    pub(super) fn paid_work(&mut self) {
        self.collaborate(72, "doi-xanh", "thu", "Ly sữa mỗi sáng", "sua");
        self.endorse(64, "song-hong-moi", &key("song-hong-moi"), "long", "o-to", Relation::None);
        self.collaborate(34, "song-hong-moi", "long", "Vay mua ô tô", "tin-dung");
    }

    pub(super) fn collaborate(
        &mut self,
        days_ago: i32,
        business: &str,
        seed: &str,
        campaign: &str,
        category: &str,
    ) {
        let body = CollaborationDeclared {
            campaign: campaign.to_owned(),
            category: category.parse().expect("a category"),
            starts_on: self.date(days_ago - 2),
            ends_on: self.date(days_ago - 62),
            value_band: ValueBand::Under100m,
            papers: vec![Commitment::to(&salt("papers"), campaign.as_bytes()).into()],
        };
        let keys = [&key(business), &key(seed)];
        self.add(days_ago, party(business), Some(subject(seed)), body, Vec::new(), &keys);
    }
}
