// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "export_model.h"

#include "learned.h"
#include "pmml.h"

pt_status learned_export(const struct learned *m, const char *format, struct str *out,
                         struct pt_error *err)
{
    if (strcmp(format, PT_EXPORT_PMML) == 0) {
        return pmml_export(m, out, err);
    }
    return instance_export(&m->trained.instance, format, out, err);
}
