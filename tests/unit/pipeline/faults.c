// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

void faults_text(struct diags *diags, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    diags_sort(diags);
    for (size_t i = 0; i < diags->n && n < size; i++) {
        const struct diag *d = &diags->items[i];
        n += (size_t)snprintf(out + n, size - n, "%s%s %u:%u", i == 0 ? "" : "\n", d->code,
                              d->at.line, d->at.column);
        if (d->hint != NULL && n < size) {
            n += (size_t)snprintf(out + n, size - n, " %s", d->hint);
        }
    }
}
