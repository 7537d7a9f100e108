// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// PMML 4.4 (https://dmg.org/pmml/v4-4-1/GeneralStructure.html): a document around the one element
// that a model plugin writes. Data fields are the pipeline's columns, raw; what preparation makes
// of them are derived fields of the model's LocalTransformations.
#ifndef PORTRAIT_LEARN_PMML_H
#define PORTRAIT_LEARN_PMML_H

#include "learned.h"
#include "pt_xml.h"

#define PMML_NAMESPACE "http://www.dmg.org/PMML-4_4"

struct pmml {
    const struct learned *m;
    const struct prepare *p;
    struct arena arena;
    const char **fields; // of the matrix columns, unique among themselves, inputs and the label
    struct map taken;    // all field names
};

// The whole document, appended.
pt_status pmml_export(const struct learned *m, struct str *out, struct pt_error *err);

// Parts, one file each; for pmml.c.

// A name no field has yet, from the one wanted; noted as taken. NULL when memory is out.
const char *pmml_name(struct pmml *d, const char *wanted);
// Chooses d->fields. False when memory is out.
bool pmml_name_fields(struct pmml *d);
// The raw field itself serves as this matrix column.
bool pmml_is_raw(const struct pmml *d, size_t column);
void pmml_data_dictionary(struct pmml *d, struct pt_xml *x);
void pmml_mining_schema(struct pmml *d, struct pt_xml *x);
void pmml_transformations(struct pmml *d, struct pt_xml *x);
// Expressions: a number, a field, an Apply to be closed, and a calibration of the field `score`.
void pmml_constant(struct pt_xml *x, double value);
void pmml_field(struct pt_xml *x, const char *name);
void pmml_apply(struct pt_xml *x, const char *function);
void pmml_calibrated(const struct calibration *c, const char *score, struct pt_xml *x);
// False when memory is out.
bool pmml_output(struct pmml *d, struct pt_xml *x);

#endif
