// Shows the document of this server. validatorUrl would send the document to a server of others: none.
const place = document.getElementById("reference");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.document,
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
