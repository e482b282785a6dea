"""Document formats: one file each, all of one shape: `read(body, media_type, url, source) -> Page`."""
