// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// An Arrow schema as bytes.
#ifndef PORTRAIT_ISOLATE_SCHEMA_WIRE_H
#define PORTRAIT_ISOLATE_SCHEMA_WIRE_H

#include <portrait/arrow.h>

#include "wire.h"

// A struct schema with the metadata of its columns. PT_E_DATA for one that is no struct of columns.
pt_status schema_encode(const struct ArrowSchema *schema, struct str *out, struct pt_error *err);
// The schema again, the caller's to release. PT_E_DATA for what schema_encode did not write.
pt_status schema_decode(struct wire *in, struct ArrowSchema *out, struct pt_error *err);

#endif
