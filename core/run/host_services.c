// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "host_services.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "fsys.h"
#include "host.h"
#include "host_bytes.h"
#include "input.h"
#include "mem.h"
#include "secret.h"

struct pt_input {
    struct input *files;
};

struct secret {
    char *name;
    struct str text;
};

// What one plugin instance sees of the services.
struct view {
    struct view *next;
    pt_host table; // its ctx is the view
    struct host_services *services;
    struct host_network network;
};

struct host_services {
    struct view view;   // of plugins that may call nobody
    struct view *views; // of others
    struct host_http *http;
    pt_http_api http_api;
    pt_input_api input_api;
    struct config_services config;
    struct host_settings settings;
    pthread_mutex_t lock; // of temp
    char *temp;
    pt_input **inputs;
    size_t n_inputs;
    size_t inputs_capacity;
    struct secret *secrets;
    size_t n_secrets;
    size_t secrets_capacity;
};

static struct host_services *services_of(const pt_host *host)
{
    const struct view *view = host->ctx;
    return view->services;
}

static void service_log(const pt_host *host, pt_log_level level, const char *message,
                        const pt_log_field *fields, uint32_t n_fields)
{
    struct host_services *h = services_of(host);
    if (h->settings.log == NULL || message == NULL) {
        return;
    }
    struct log_field copied[16];
    size_t n = 0;
    for (; n < n_fields && n < sizeof copied / sizeof copied[0]; n++) {
        copied[n] = (struct log_field){fields[n].key, fields[n].value};
    }
    enum log_level known = level <= PT_LOG_DEBUG  ? LOG_DEBUG
                           : level == PT_LOG_INFO ? LOG_INFO
                           : level == PT_LOG_WARN ? LOG_WARN
                                                  : LOG_ERROR;
    log_write(h->settings.log, known, copied, n, "%s", message);
}

static int64_t service_now(const pt_host *host)
{
    struct host_services *h = services_of(host);
    return h->settings.now_ms != 0 ? h->settings.now_ms : clock_now_us() / US_PER_MS;
}

static uint8_t service_cancelled(const pt_host *host)
{
    struct host_services *h = services_of(host);
    return h->settings.cancelled != NULL && *h->settings.cancelled != 0;
}

static pt_status service_secret(const pt_host *host, uint32_t handle, pt_bytes *out,
                                struct pt_error *err)
{
    struct host_services *h = services_of(host);
    if (handle == 0 || handle > h->n_secrets) {
        FAIL(err, PT_E_INVALID, "no secret has the handle %u", handle);
    }
    const struct str *text = &h->secrets[handle - 1].text;
    *out = (pt_bytes){(const uint8_t *)text->p, text->n};
    return PT_OK;
}

static pt_status service_exchange(const pt_host *host, const pt_http_request *request,
                                  const pt_http_response **out, pt_error *err)
{
    const struct view *view = host->ctx;
    return host_http_exchange(view->services->http, &view->network, request, out, err);
}

static void service_release(const pt_host *host, const pt_http_response *response)
{
    (void)host;
    host_http_drop(response);
}

static pt_status service_temp(const pt_host *host, const char **path, struct pt_error *err)
{
    struct host_services *h = services_of(host);
    pt_status status = PT_OK;
    pthread_mutex_lock(&h->lock);
    if (h->temp == NULL) {
        char pattern[] = "/tmp/portrait-XXXXXX";
        if (mkdtemp(pattern) == NULL) {
            status = error_system(err, errno, "temporary folder");
        } else {
            h->temp = mem_strdup(pattern);
            status = h->temp == NULL ? error_set(err, PT_E_NO_MEMORY, "out of memory") : PT_OK;
        }
    }
    *path = h->temp;
    pthread_mutex_unlock(&h->lock);
    return status;
}

static uint32_t input_files(const pt_input *input)
{
    return input_count(input->files);
}

static pt_status input_describe(const pt_input *input, uint32_t index, pt_file_info *out,
                                struct pt_error *err)
{
    if (index >= input_count(input->files)) {
        FAIL(err, PT_E_INVALID, "there is no file %u", index);
    }
    const struct input_file *file = input_file_at(input->files, index);
    static const int32_t compressions[] = {
        [INPUT_PLAIN] = PT_COMPRESSION_NONE,
        [INPUT_GZIP] = PT_COMPRESSION_GZIP,
        [INPUT_ZSTD] = PT_COMPRESSION_ZSTD,
    };
    pt_file_info info = {
        .struct_size = out->struct_size < sizeof info ? out->struct_size : (uint32_t)sizeof info,
        .compression = compressions[file->compression],
        .path = file->path,
        .stored_bytes = file->stored_bytes,
        .can_split = file->compression == INPUT_PLAIN,
    };
    memcpy(out, &info, info.struct_size);
    return PT_OK;
}

static pt_status input_open_stream(const pt_input *input, uint32_t index, uint64_t begin,
                                   pt_stream **out, struct pt_error *err)
{
    if (index >= input_count(input->files)) {
        FAIL(err, PT_E_INVALID, "there is no file %u", index);
    }
    struct input_stream *stream = NULL;
    TRY(input_stream_open(input->files, index, begin, &stream, err));
    *out = (pt_stream *)stream;
    return PT_OK;
}

static pt_status input_read(pt_stream *stream, void *buffer, uint64_t capacity, uint64_t *size,
                            struct pt_error *err)
{
    return input_stream_read((struct input_stream *)stream, buffer, capacity, size, err);
}

static void input_close_stream(pt_stream *stream)
{
    input_stream_close((struct input_stream *)stream);
}

static pt_status option_input(void *ctx, const char *pattern, pt_input **out, struct pt_error *err)
{
    struct host_services *h = ctx;
    if (!mem_reserve(&h->inputs, &h->inputs_capacity, h->n_inputs + 1, sizeof *h->inputs)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    pt_input *input = mem_zero(1, sizeof *input);
    if (input == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    pt_status status = input_open(h->settings.folder, pattern, NULL, &input->files, err);
    if (status != PT_OK) {
        mem_free(input);
        return status;
    }
    h->inputs[h->n_inputs++] = input;
    *out = input;
    return PT_OK;
}

static pt_status option_secret(void *ctx, const char *name, uint32_t *out, struct pt_error *err)
{
    struct host_services *h = ctx;
    for (size_t i = 0; i < h->n_secrets; i++) {
        if (strcmp(h->secrets[i].name, name) == 0) {
            *out = (uint32_t)i + 1;
            return PT_OK;
        }
    }
    if (!mem_reserve(&h->secrets, &h->secrets_capacity, h->n_secrets + 1, sizeof *h->secrets)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    struct secret secret = {.name = mem_strdup(name)};
    pt_status status = secret.name == NULL
                           ? error_set(err, PT_E_NO_MEMORY, "out of memory")
                           : secret_read(h->settings.secrets_folder, name, &secret.text, err);
    if (status == PT_OK && h->settings.log != NULL) {
        status = log_add_secret(h->settings.log, str_view(&secret.text), err);
    }
    if (status != PT_OK) {
        secret_wipe(&secret.text);
        mem_free(secret.name);
        return status;
    }
    h->secrets[h->n_secrets++] = secret;
    *out = (uint32_t)h->n_secrets;
    return PT_OK;
}

static void fill_table(struct host_services *h, struct view *view)
{
    const uint32_t cpu = h->settings.cpu;
    pt_host *table = &view->table;
    view->services = h;
    host_table_init(table, view);
    table->cpu = cpu != 0 && cpu < table->cpu ? cpu : table->cpu;
    table->log = service_log;
    table->now_ms = service_now;
    table->cancelled = service_cancelled;
    table->secret_get = service_secret;
    table->temp_dir = service_temp;
    table->input = &h->input_api;
    table->writer = host_writer_api();
    table->reader = host_reader_api();
    table->http = &h->http_api;
}

pt_status host_services_new(const struct host_settings *settings, struct host_services **out,
                            struct pt_error *err)
{
    struct host_services *h = mem_zero(1, sizeof *h);
    if (h == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    pt_status status = host_http_new(settings->cancelled, &h->http, err);
    if (status != PT_OK) {
        mem_free(h);
        return status;
    }
    h->settings = *settings;
    pthread_mutex_init(&h->lock, NULL);
    h->input_api = *host_input_stub();
    h->input_api.count = input_files;
    h->input_api.describe = input_describe;
    h->input_api.open = input_open_stream;
    h->input_api.read = input_read;
    h->input_api.close = input_close_stream;
    h->http_api = *host_http_stub();
    h->http_api.exchange = service_exchange;
    h->http_api.release = service_release;
    fill_table(h, &h->view);
    h->config = (struct config_services){.ctx = h, .input = option_input, .secret = option_secret};
    *out = h;
    return PT_OK;
}

const pt_host *host_services_table(const struct host_services *h)
{
    return &h->view.table;
}

pt_status host_services_reach(struct host_services *h, const struct host_network *network,
                              const pt_host **out, struct pt_error *err)
{
    struct view *view = mem_zero(1, sizeof *view);
    if (view == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    view->network = *network;
    fill_table(h, view);
    view->next = h->views;
    h->views = view;
    *out = &view->table;
    return PT_OK;
}

const struct config_services *host_services_config(const struct host_services *h)
{
    return &h->config;
}

const struct input *host_services_files(const pt_input *input)
{
    return input->files;
}

size_t host_services_n_inputs(const struct host_services *h)
{
    return h->n_inputs;
}

const struct input *host_services_input_at(const struct host_services *h, size_t i)
{
    return h->inputs[i]->files;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)where;
    return kind == FTW_DP ? fsys_rmdir(path) : fsys_unlink(path);
}

void host_services_free(struct host_services *h)
{
    if (h == NULL) {
        return;
    }
    if (h->temp != NULL) {
        nftw(h->temp, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        mem_free(h->temp);
    }
    for (size_t i = 0; i < h->n_inputs; i++) {
        input_close(h->inputs[i]->files);
        mem_free(h->inputs[i]);
    }
    for (size_t i = 0; i < h->n_secrets; i++) {
        secret_wipe(&h->secrets[i].text);
        mem_free(h->secrets[i].name);
    }
    while (h->views != NULL) {
        struct view *view = h->views;
        h->views = view->next;
        mem_free(view);
    }
    host_http_free(h->http);
    mem_free(h->inputs);
    mem_free(h->secrets);
    pthread_mutex_destroy(&h->lock);
    mem_free(h);
}
