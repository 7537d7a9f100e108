// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Batches as a sink reads them: typed views of the columns the host exports (Arrow formats b, l, g,
// U, tdD and tsu), one value at a time without copying.
#ifndef PT_CELLS_H
#define PT_CELLS_H

#include <stdbool.h>
#include <stdint.h>

#include <portrait/arrow.h>

#include "pt_mem.h"

PT_EXTERN_C_BEGIN

typedef int32_t pt_cell_type;
#define PT_CELLS_BOOL 1
#define PT_CELLS_I64 2
#define PT_CELLS_F64 3
#define PT_CELLS_TEXT 4
#define PT_CELLS_DATE 5 // days since 1970-01-01
#define PT_CELLS_TIME 6 // microseconds since 1970 UTC

// A column of the schema. The name is a copy.
struct pt_cell_column {
    char *name;
    pt_cell_type type;
    bool is_guard_exempt; // metadata portrait.guard = exempt
};

struct pt_cells {
    struct pt_cell_column *columns;
    uint32_t n;
};

// Reads a struct schema; PT_E_UNSUPPORTED names the column of another format. {0} before.
pt_status pt_cells_read(const pt_host *host, const struct ArrowSchema *schema, struct pt_cells *out,
                        pt_error *err);
void pt_cells_release(const pt_host *host, struct pt_cells *cells);

// A column of one batch; borrowed from it.
struct pt_cell_view {
    pt_cell_type type;
    const uint8_t *valid; // bitmap, NULL = all there
    int64_t offset;       // of the first row in the buffers
    const void *values;
    const uint8_t *text; // bytes of a text column
};

// Fills views[0..cells->n); PT_E_DATA when the batch is not of that schema.
pt_status pt_cells_view(const pt_host *host, const struct pt_cells *cells,
                        const struct ArrowArray *batch, struct pt_cell_view *views, pt_error *err);

static inline bool pt_cell_is_null(const struct pt_cell_view *v, int64_t row)
{
    int64_t at = v->offset + row;
    return v->valid != NULL && ((v->valid[at >> 3] >> (at & 7)) & 1) == 0;
}

static inline bool pt_cell_bool(const struct pt_cell_view *v, int64_t row)
{
    int64_t at = v->offset + row;
    return ((((const uint8_t *)v->values)[at >> 3] >> (at & 7)) & 1) != 0;
}

// Of I64 and TIME.
static inline int64_t pt_cell_i64(const struct pt_cell_view *v, int64_t row)
{
    return ((const int64_t *)v->values)[v->offset + row];
}

static inline int64_t pt_cell_days(const struct pt_cell_view *v, int64_t row)
{
    return ((const int32_t *)v->values)[v->offset + row];
}

static inline double pt_cell_f64(const struct pt_cell_view *v, int64_t row)
{
    return ((const double *)v->values)[v->offset + row];
}

static inline const uint8_t *pt_cell_text(const struct pt_cell_view *v, int64_t row, uint64_t *n)
{
    const int64_t *offsets = (const int64_t *)v->values + v->offset + row;
    *n = (uint64_t)(offsets[1] - offsets[0]);
    return v->text + offsets[0];
}

PT_EXTERN_C_END

#endif
