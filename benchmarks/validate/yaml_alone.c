/* Reads every .yml file below a folder and lets libyaml parse it to the end of the stream; nothing else. */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static unsigned long files, bytes, events;

static int visit(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)place;
    size_t length = strlen(path);
    if (type != FTW_F || length < 4 || strcmp(path + length - 4, ".yml") != 0) return 0;
    FILE *file = fopen(path, "rb");
    size_t size = (size_t)status->st_size;
    unsigned char *text = malloc(size + 1);
    if (!file || !text || fread(text, 1, size, file) != size) {
        perror(path);
        exit(1);
    }
    fclose(file);
    yaml_parser_t parser;
    yaml_event_t event;
    if (!yaml_parser_initialize(&parser)) exit(1);
    yaml_parser_set_input_string(&parser, text, size);
    for (int done = 0; !done; events++) {
        if (!yaml_parser_parse(&parser, &event)) {
            fprintf(stderr, "%s: %s\n", path, parser.problem);
            exit(1);
        }
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    free(text);
    files++;
    bytes += size;
    return 0;
}

int main(int count, char **arguments) {
    if (count != 2 || nftw(arguments[1], visit, 64, FTW_PHYS) != 0) return 1;
    printf("%lu files, %.2f MB, %lu events\n", files, bytes / 1e6, events);
    return 0;
}
