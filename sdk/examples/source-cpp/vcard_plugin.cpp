// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The callbacks and the descriptor. Every callback's body stands in guarded().
#include <cstddef>
#include <string_view>

#include <portrait/plugin.h>
#include <portrait/source.h>

#include "arrow_out.hpp"
#include "host.hpp"
#include "pt_batch.h"
#include "pt_splits.h"
#include "vcard_reader.hpp"

namespace
{

constexpr std::size_t batch_bytes_most = std::size_t{64} << 20;

struct Config {
    pt_input *path;
};

enum ColumnId : uint32_t { UID, NAME, EMAIL, BIRTHDAY, N_COLUMNS };

constexpr pt_field fields[N_COLUMNS] = {{"uid", PT_CELL_UTF8, nullptr},
                                        {"name", PT_CELL_UTF8, nullptr},
                                        {"email", PT_CELL_UTF8, nullptr},
                                        {"birthday", PT_CELL_DATE32, nullptr}};

struct Source {
    const pt_host *host;
    const Config *config;
    HostVector<uint32_t> bound; // ColumnId

    Source(const pt_host *h, const Config *c)
        : host(h), config(c), bound(HostAllocator<uint32_t>(h))
    {
    }
};

// The stream of one file; it lives until the host releases it.
class Split
{
  public:
    Split(const Source &s, const pt_split_run *r, uint32_t file, pt_error *err)
        : source(s), run(r), types(HostAllocator<Type>(s.host)),
          reader(s.host, s.config->path, file, r->max_record, err)
    {
        for (uint32_t id : source.bound) {
            types.push_back(id == BIRTHDAY ? Type::day : Type::text);
        }
    }

    const pt_host *host() const
    {
        return source.host;
    }

    pt_error *errors() const
    {
        return run->err;
    } // get_next has no slot of its own

    void schema(ArrowSchema &out) const
    {
        HostVector<pt_field> asked{HostAllocator<pt_field>(source.host)};
        for (uint32_t id : source.bound) {
            asked.push_back(fields[id]);
        }
        check(
            pt_schema_build(source.host, asked.data(), static_cast<uint32_t>(asked.size()), &out));
    }

    void next(ArrowArray &out)
    {
        auto batch = host_make<Batch>(source.host, source.host, types);
        int64_t rows = 0;
        while (rows < run->batch_rows && batch->size() < batch_bytes_most) {
            Card card;
            pt_reject reject;
            Found found = reader.next(card, reject, run->err);
            if (found == Found::end) {
                count();
                break;
            }
            if (found == Found::bad) {
                check(run->reject(run->ctx, &reject, run->err));
                continue;
            }
            add(*batch, card);
            rows++;
        }
        if (rows > 0) {
            Batch::give(std::move(batch), rows, out);
        }
    }

  private:
    const Source &source;
    const pt_split_run *run;
    HostVector<Type> types;
    CardReader reader;
    bool is_counted = false;

    void count()
    {
        if (!is_counted) {
            check(run->counted(run->ctx, reader.n_records(), reader.n_lines(), run->err));
            is_counted = true;
        }
    }

    void add(Batch &batch, const Card &card) const
    {
        for (std::size_t i = 0; i < source.bound.size(); i++) {
            switch (source.bound[i]) {
            case UID:
                batch[i].text(card.uid, true);
                break;
            case NAME:
                batch[i].text(card.name, !card.name.empty());
                break;
            case EMAIL:
                batch[i].text(card.email, !card.email.empty());
                break;
            default:
                batch[i].day(card.birthday);
                break;
            }
        }
    }
};

pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    return guarded(host, err, [&] {
        *self = host_new<Source>(host, host, static_cast<const Config *>(config));
    });
}

void destroy(void *self)
{
    Source *source = static_cast<Source *>(self);
    if (source != nullptr) {
        host_delete(source->host, source);
    }
}

pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    const pt_host *host = static_cast<Source *>(self)->host;
    return guarded(host, err, [&] {
        ArrowSchema schema;
        if (pt_schema_build(host, fields, N_COLUMNS, &schema) != PT_OK) {
            throw std::bad_alloc();
        }
        check(out->schema(out->ctx, &schema, err));
    });
}

uint32_t column_of(std::string_view name)
{
    for (uint32_t id = 0; id < N_COLUMNS; id++) {
        if (name == fields[id].name) {
            return id;
        }
    }
    throw Failure{PT_E_NOT_FOUND, "vcard: a column is asked for that does not exist"};
}

pt_status bind(void *self, pt_bytes, const pt_column_list *columns, pt_error *err)
{
    Source *source = static_cast<Source *>(self);
    return guarded(source->host, err, [&] {
        source->bound.clear();
        for (uint32_t i = 0; i < columns->n; i++) {
            source->bound.push_back(column_of(columns->names[i]));
        }
    });
}

pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    const Source *source = static_cast<Source *>(self);
    pt_splits_options whole{};
    whole.bytes_per_row = 200;
    whole.whole_files = true;
    return pt_splits_plan(source->host, source->config->path, &whole, request, err);
}

// Slots of the stream. What goes wrong inside is told in run->err; get_last_error adds nothing.
int get_schema(ArrowArrayStream *stream, ArrowSchema *out)
{
    Split *split = static_cast<Split *>(stream->private_data);
    return guarded(split->host(), split->errors(), [&] { split->schema(*out); });
}

int get_next(ArrowArrayStream *stream, ArrowArray *out)
{
    Split *split = static_cast<Split *>(stream->private_data);
    out->release = nullptr;
    return guarded(split->host(), split->errors(), [&] { split->next(*out); });
}

const char *get_last_error(ArrowArrayStream *)
{
    return nullptr;
}

void release(ArrowArrayStream *stream)
{
    Split *split = static_cast<Split *>(stream->private_data);
    stream->release = nullptr;
    host_delete(split->host(), split);
}

pt_status open(void *self, const pt_split *split, const pt_split_run *run, ArrowArrayStream *out,
               pt_error *err)
{
    const Source *source = static_cast<Source *>(self);
    return guarded(source->host, err, [&] {
        pt_range range;
        check(pt_splits_range(source->host, split->data, &range, err));
        Split *opened = host_new<Split>(source->host, *source, run, range.file, err);
        *out = ArrowArrayStream{get_schema, get_next, get_last_error, release, opened};
    });
}

constexpr pt_option make_path()
{
    pt_option o{};
    o.struct_size = sizeof o;
    o.type = PT_OPT_INPUT;
    o.flags = PT_OPTF_REQUIRED;
    o.offset = offsetof(Config, path);
    o.name = "path";
    o.help = "The files to read.";
    o.example = "contacts/*.vcf";
    return o;
}

constexpr pt_option option_path = make_path();
constexpr const pt_option *options[] = {&option_path};

constexpr pt_source_vtable vtable = {
    sizeof(pt_source_vtable), 0, create, destroy, discover, bind, plan, open};

constexpr pt_component make_component()
{
    pt_component c{};
    c.struct_size = sizeof c;
    c.kind = PT_KIND_SOURCE;
    c.name = "vcard";
    c.summary = "Contacts of vCard files.";
    c.threads = PT_THREADS_PARALLEL_READERS;
    c.config_size = sizeof(Config);
    c.caps = PT_CAP_PROJECTION;
    c.options = options;
    c.n_options = 1;
    c.vtable = &vtable;
    return c;
}

constexpr pt_component component = make_component();
constexpr const pt_component *components[] = {&component};

constexpr pt_plugin make_plugin()
{
    pt_plugin p{};
    p.struct_size = sizeof p;
    p.abi_major = PT_ABI_MAJOR;
    p.abi_minor = PT_ABI_MINOR;
    p.min_host_minor = 0;
    p.n_components = 1;
    p.id = "example.vcard";
    p.version = "0.1.0";
    p.vendor = "Portrait contributors";
    p.license = "Apache-2.0";
    p.summary = "A source in C++.";
    p.components = components;
    return p;
}

constexpr pt_plugin plugin = make_plugin();

} // namespace

PT_PLUGIN(plugin, "example.vcard", 0)
