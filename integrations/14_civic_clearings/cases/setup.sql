select slate.two_sections();
