//! The grades of many assessments side by side, under the policy in force.

use crate::facts::{Assessment, PolicyBook, PolicyVersion};

/// What one assessment says of one indicator; none: nothing, or that it does not apply.
pub(super) type Cell = Option<Option<u16>>;

/// A row for each assessment, a column for each indicator in the policy's order.
pub(super) struct Sheet {
    columns: usize,
    cells: Vec<Cell>,
}

impl Sheet {
    pub(super) fn new<'a>(
        policies: &PolicyBook,
        version: &PolicyVersion,
        assessments: impl ExactSizeIterator<Item = &'a Assessment>,
    ) -> Self {
        let columns = version.policy.indicators().count();
        let mut cells: Vec<Cell> = vec![None; columns * assessments.len()];
        let mut named = (version.version, policies.places(version.version, version.version));
        for (row, assessment) in cells.chunks_exact_mut(columns.max(1)).zip(assessments) {
            if named.0 != assessment.policy {
                named = (assessment.policy, policies.places(assessment.policy, version.version));
            }
            for grade in &assessment.grades {
                if let Some(Some(column)) = named.1.get(usize::from(grade.place())) {
                    row[usize::from(*column)] = Some(grade.value());
                }
            }
        }
        Self { columns, cells }
    }

    /// How many indicators there are.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// What the assessment at `row` says of each indicator.
    pub(super) fn row(&self, row: usize) -> &[Cell] {
        &self.cells[row * self.columns..][..self.columns]
    }
}
