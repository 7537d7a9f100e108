// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The model to start from, with one fault.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <portrait/model.h>

#include "sound.h"

enum fault {
    WRITES_TO_MATRIX,
    SAVES_ITS_THREADS,
    SAVES_ITS_AGE,
    CRASHES_ON_CUT_BYTES,
    TAKES_CUT_BYTES,
    SCORES_OUT_OF_RANGE,
    WRITES_BEHIND_SCORES,
    KNOWS_ALL_FORMATS,
    EXPLAINS_NONSENSE,
    FITS_ON_WHEN_CANCELLED,
    HIDES_FAILED_BLOCK,
    HIDES_FAILED_WRITE,
    REASONS_DO_NOT_ADD_UP,
    LOADS_ANOTHER,
    SHARES_SCRATCH,
    LEAKS_FIRST_FIT,
    RENUMBERS_NOTHING,
};

static const pt_model_vtable *sound;
static const pt_host *the_host;
static uint32_t threads;
static uint32_t age;
static double scratch;
static const void *loaded;
static void *fitted;

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    the_host = host;
    age++;
    return sound->create(host, config, self, err);
}

static void destroy(void *self)
{
    sound->destroy(self);
    free(self == NULL ? NULL : fitted);
    fitted = self == NULL ? fitted : NULL;
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    return sound->describe(self, out, err);
}

static pt_status outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    static pt_output segment = {
        .struct_size = sizeof segment, .role = PT_ROLE_SEGMENT, .name = "s"};
    static const pt_output *const segments[] = {&segment};
    if (FAULT == RENUMBERS_NOTHING) {
        *list = segments;
        *n = 1;
        return PT_OK;
    }
    return sound->outputs(self, list, n, err);
}

static pt_status fit(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    threads = run->threads;
    if (FAULT == LEAKS_FIRST_FIT) {
        fitted = malloc(100); // what an earlier one left is lost
    }
    if (FAULT == FITS_ON_WHEN_CANCELLED && run->cancelled(run)) {
        usleep(2200000);
    }
    if (FAULT == WRITES_TO_MATRIX) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = data->block(data->ctx, 0, &block, err);
        if (status != PT_OK) {
            return status;
        }
        memset((void *)block.x, 0, 8);
    }
    pt_status status = sound->fit(self, data, run, err);
    return FAULT == HIDES_FAILED_BLOCK ? PT_OK : status;
}

static pt_status predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    pt_status status = sound->predict(self, block, out, err);
    if (FAULT == SCORES_OUT_OF_RANGE) {
        out[0] = 1.5;
    } else if (FAULT == WRITES_BEHIND_SCORES) {
        out[block->rows] = 0.5;
    } else if (FAULT == LOADS_ANOTHER && self == loaded) {
        out[0] /= 2;
    } else if (FAULT == RENUMBERS_NOTHING) {
        for (uint64_t i = 0; i < block->rows; i++) {
            out[i] = (double)(i % 3);
        }
    } else if (FAULT == SHARES_SCRATCH) {
        // What several threads write at once belongs to none of them.
        for (uint64_t i = 0; i < block->rows; i++) {
            double mine = (double)(block->first_row + i + 1) / 1e9;
            *(volatile double *)&scratch = mine;
            usleep(1);
            out[i] += *(volatile double *)&scratch - mine;
        }
    }
    return status;
}

static pt_status save(const void *self, pt_writer *writer, pt_error *err)
{
    const uint32_t *extra = FAULT == SAVES_ITS_THREADS ? &threads : &age;
    pt_status status = sound->save(self, writer, err);
    if (FAULT == SAVES_ITS_THREADS || FAULT == SAVES_ITS_AGE) {
        status = the_host->writer->write(writer, extra, sizeof *extra, err);
    }
    return FAULT == HIDES_FAILED_WRITE ? PT_OK : status;
}

static pt_status load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    uint64_t size = the_host->reader->remaining(reader);
    loaded = self;
    if (FAULT == CRASHES_ON_CUT_BYTES && size < 8) {
        abort();
    }
    pt_status status = sound->load(self, schema, reader, err);
    uint8_t byte = 0;
    while ((FAULT == TAKES_CUT_BYTES || FAULT == SAVES_ITS_AGE || FAULT == SAVES_ITS_THREADS) &&
           the_host->reader->remaining(reader) > 0) {
        (void)the_host->reader->read(reader, &byte, 1, err);
    }
    return FAULT == TAKES_CUT_BYTES ? PT_OK : status;
}

static pt_status explain(const void *self, pt_writer *writer, pt_error *err)
{
    if (FAULT == EXPLAINS_NONSENSE) {
        return the_host->writer->write(writer, "{\"p\": }", 7, err);
    }
    return sound->explain(self, writer, err);
}

static pt_status contribute(const void *self, const pt_block *block, double *out, pt_error *err)
{
    pt_status status = sound->contribute(self, block, out, err);
    if (FAULT == REASONS_DO_NOT_ADD_UP) {
        out[0] += 1;
    }
    return status;
}

static pt_status export_as(const void *self, const char *format, pt_writer *writer, pt_error *err)
{
    return FAULT == KNOWS_ALL_FORMATS ? PT_OK : sound->export_as(self, format, writer, err);
}

static pt_status renumber(void *self, const uint32_t *new_of, uint32_t n, pt_error *err)
{
    (void)self;
    (void)new_of;
    (void)n;
    (void)err;
    return PT_OK;
}

static const pt_model_vtable spoilt = {
    .struct_size = sizeof spoilt,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .outputs = outputs,
    .fit = fit,
    .predict = predict,
    .save = save,
    .load = load,
    .explain = explain,
    .renumber = FAULT == RENUMBERS_NOTHING ? renumber : NULL,
    .contribute = contribute,
    .export_as = export_as,
};

PT_EXPORT const pt_plugin *portrait_plugin_v1(void)
{
    sound = sound_plugin()->components[0]->vtable;
    return spoilt_plugin(0, &spoilt);
}
